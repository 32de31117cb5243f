import { AppError } from '../domain/errors.ts';

export interface ModelHealth {
  readonly isWorking: boolean;
  /** One sentence, fit for everyone who may see the state of the server. */
  readonly detail: string;
}

export interface HealthWatch {
  /** How a call went. */
  note(health: ModelHealth): void;
  /** How the last one went; never throws. */
  health(): Promise<ModelHealth>;
}

interface WatchOptions {
  /** A call of our own; what it finds is noted as well, unless it took too long. Throws what the model throws. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** Milliseconds that a call of our own may take. */
  readonly probeMs: number;
  /** Called when a model that worked, or was not asked yet, fails, and when it works again. */
  readonly onChange?: (health: ModelHealth) => void;
}

/** Asking costs money at some providers: a server that answered is believed, one that failed is asked again this much later. */
const millisecondsUntilNextProbe = 30_000;

/**
 * Remembers how the last call of a model went. `health` asks the server itself only before the first call, and after a failure at most
 * every 30 seconds.
 */
export function createHealthWatch({ ask, now, probeMs, onChange }: WatchOptions): HealthWatch {
  let last: (ModelHealth & { readonly at: number }) | null = null;
  let probing: Promise<void> | null = null;

  function note(health: ModelHealth): void {
    const before = last?.isWorking ?? true;
    last = { ...health, at: now() };
    if (before !== health.isWorking) onChange?.(health);
  }

  async function probe(): Promise<void> {
    const signal = AbortSignal.timeout(probeMs);
    try {
      await ask(signal);
    } catch {
      if (signal.aborted) note({ isWorking: false, detail: `it takes longer than ${probeMs / 1000} s` });
    }
  }

  return {
    note,
    async health() {
      if (last === null || (!last.isWorking && now() - last.at >= millisecondsUntilNextProbe)) {
        probing ??= probe().finally(() => {
          probing = null;
        });
        await probing;
      }
      return last ?? { isWorking: false, detail: 'it was not asked yet' };
    },
  };
}

export function describeFailure(error: unknown): string {
  const { code, detail } = AppError.from(error);
  return `${code}: ${detail}`;
}
