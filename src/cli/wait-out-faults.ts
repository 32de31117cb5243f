import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Progress } from './progress.ts';

/** Faults of the surroundings that pass by themselves. */
const passing: ReadonlySet<string> = new Set<ErrorCode>([
  'DATABASE_UNAVAILABLE',
  'SERVER_STOPPING',
  'SERVER_UNREACHABLE',
  'STORAGE_FULL',
  'STORAGE_UNAVAILABLE',
]);

/**
 * Does `work` again every two seconds while what it needs is away, and says so; gives up after `seconds`. Throws what `work` throws, or the
 * signal's reason.
 */
export async function waitOutFaults<T>(
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
  work: () => Promise<T>,
  { seconds = 120, pauseMilliseconds = 2_000 }: { readonly seconds?: number; readonly pauseMilliseconds?: number } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code, detail } = AppError.from(error);
      if (!passing.has(code) || Date.now() >= end) throw error;
      const etaSeconds = null;
      progress.show({ label: 'waiting', done: 0, total: null, etaSeconds, note: `${code}: ${detail}` });
      await sleep(pauseMilliseconds, undefined, { signal });
    }
  }
}
