import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import { isPassing } from '../domain/passing-faults.ts';
import { type Backoff, createBackoff } from './retry-backoff.ts';

interface OutlastOptions {
  readonly signal: AbortSignal;
  /** Told what stands in the way, and null when the work went on. */
  readonly onFault: (fault: AppError | null) => void;
  readonly longestMilliseconds?: number;
  readonly backoff?: Backoff;
}

const tenMinutes = 600_000;

/** Does `work` again until faults of the surroundings have passed, ten minutes at most. Throws what `work` throws last, or the signal's reason. */
export async function outlastFaults<T>(
  work: () => Promise<T>,
  { signal, onFault, longestMilliseconds = tenMinutes, backoff = createBackoff() }: OutlastOptions,
): Promise<T> {
  const end = performance.now() + longestMilliseconds;
  for (;;) {
    try {
      const result = await work();
      onFault(null);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      const reason = AppError.from(error);
      if (!isPassing(reason) || performance.now() >= end) throw error;
      onFault(reason);
      await pause(backoff.after(error), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
