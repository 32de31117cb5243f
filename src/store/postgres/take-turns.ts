import { AsyncLocalStorage } from 'node:async_hooks';
import { isInBackground } from '../background.ts';

/** `brief`: one statement that somebody waits for, as a question's; others take longer. */
export type TurnLength = 'brief' | 'long';

export interface Turns {
  /** Runs `work` alone. Brief work goes before long, and both before work in the background. Settles as it does. */
  take<T>(work: () => Promise<T>, length?: TurnLength): Promise<T>;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** So many pieces of work pass one that waits; then it has its turn. */
const mostPassing = 20;
/** A question asks several times: after brief work its next is awaited so long, */
const pauseMilliseconds = 15;
/** and others wait no longer for that than so. */
const mostPausedMilliseconds = 60;

interface Lane {
  readonly waiting: (() => void)[];
  passed: number;
}

const emptyLane = (): Lane => ({ waiting: [], passed: 0 });

/** One piece of work after the other, by order of arrival in each of three lanes. */
export function createTurns(): Turns {
  const brief = emptyLane();
  const long = emptyLane();
  const background = emptyLane();
  const lanes = [brief, long, background];
  let whenIdle = Promise.withResolvers<void>();
  let isRunning = false;
  let briefEndedAt = Number.NEGATIVE_INFINITY;
  let pausedSince: number | null = null;
  let pausing: NodeJS.Timeout | null = null;
  whenIdle.resolve();

  /** The first lane with work, unless one behind it was passed too often. */
  function chooseLane(): Lane | undefined {
    const waiting = lanes.filter((lane) => lane.waiting.length > 0);
    const chosen = waiting.findLast(({ passed }) => passed >= mostPassing) ?? waiting[0];
    for (const lane of waiting) lane.passed = lane === chosen ? 0 : lane.passed + 1;
    return chosen;
  }

  /** True while the next statement of a question is awaited. */
  function pauseForQuestion(): boolean {
    const now = performance.now();
    if (brief.waiting.length > 0 || lanes.every(({ waiting }) => waiting.length === 0)) return false;
    const left = briefEndedAt + pauseMilliseconds - now;
    if (left <= 0 || now - (pausedSince ?? now) >= mostPausedMilliseconds) return false;
    pausedSince ??= now;
    pausing = setTimeout(next, left);
    return true;
  }

  function next(): void {
    if (pausing) clearTimeout(pausing);
    pausing = null;
    if (pauseForQuestion()) {
      isRunning = false;
      return;
    }
    const lane = chooseLane();
    if (lane !== brief) pausedSince = null;
    const run = lane?.waiting.shift();
    isRunning = run !== undefined;
    if (run) run();
    else whenIdle.resolve();
  }

  return {
    take: (work, length = 'long') =>
      new Promise((resolve, reject) => {
        const lane = isInBackground() ? background : length === 'brief' ? brief : long;
        const end = () => {
          if (lane === brief) briefEndedAt = performance.now();
          next();
        };
        // Bound to where it was asked for: it is started by whoever ends before it.
        lane.waiting.push(AsyncLocalStorage.bind(() => work().then(resolve, reject).finally(end)));
        if (isRunning) return;
        if (!pausing) whenIdle = Promise.withResolvers();
        if (!pausing || lane === brief) next();
      }),
    idle: async () => await whenIdle.promise,
  };
}
