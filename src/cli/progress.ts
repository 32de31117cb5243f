/** Where a long piece of work stands. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  /** Null while nobody knows how much there is. */
  readonly total: number | null;
  readonly note?: string;
  /** Seconds left; null while no rate is known. */
  readonly etaSeconds: number | null;
}

export interface Progress {
  show(state: ProgressState): void;
  /** A line that stays, above the bar. */
  note(line: string): void;
  end(): void;
}

const barWidth = 24;
const lineMilliseconds = 1_000;

/** A bar with ETA on a terminal, at most one line a second elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let lastLine = 0;
  let isDrawn = false;
  const erase = () => {
    if (isDrawn) stream.write('\r\u001b[K');
    isDrawn = false;
  };
  return {
    show(state) {
      if (stream.isTTY) {
        erase();
        stream.write(describe(state).slice(0, Math.max(20, stream.columns - 1)));
        isDrawn = true;
      } else if (Date.now() - lastLine >= lineMilliseconds) {
        lastLine = Date.now();
        stream.write(`${describe(state)}\n`);
      }
    },
    note(line) {
      erase();
      stream.write(`${line}\n`);
    },
    end: erase,
  };
}

function describe({ label, done, total, note, etaSeconds }: ProgressState): string {
  const eta = etaSeconds === null ? '' : ` · ${formatDuration(etaSeconds)} left`;
  return `${label} ${total === null ? done : `${barOf(done, total)} ${done}/${total}`}${eta}${note ? ` · ${note}` : ''}`;
}

function barOf(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Work that did not move for so long, and for so many times its longest pause before, stands still. */
const stallMilliseconds = 10_000;
const stallPauses = 3;

/** Seconds left at the mean rate since the first call; null before anything is done, and while nothing moves. */
export function createEta(now: () => number = Date.now): (done: number, total: number) => number | null {
  let first: { at: number; done: number } | null = null;
  let moved = { at: 0, done: 0 };
  let longestPause = 0;
  return (done, total) => {
    const at = now();
    if (first === null) {
      first = { at, done };
      moved = first;
    }
    const pause = at - moved.at;
    if (done !== moved.done) {
      longestPause = Math.max(longestPause, pause);
      moved = { at, done };
    } else if (pause > Math.max(stallMilliseconds, stallPauses * longestPause)) {
      return null;
    }
    const gained = done - first.done;
    const elapsed = (at - first.at) / 1000;
    return gained > 0 && elapsed > 0 ? ((total - done) * elapsed) / gained : null;
  };
}

/** Shows the steps of a long piece of work one after the other, with a new estimate for each. */
export function createStepProgress(progress: Progress) {
  let current = '';
  let eta = createEta();
  return (label: string, done: number, total: number): void => {
    if (label !== current) eta = createEta();
    current = label;
    progress.show({ label, done, total, etaSeconds: eta(done, total) });
  };
}
