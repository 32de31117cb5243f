import { AppError } from '../domain/errors.ts';

const firstMilliseconds = 1_000;
const longestMilliseconds = 30_000;
/** A server that asks for more is asked again all the same. */
const longestAskedSeconds = 3_600;

/** How long a queue waits after a fault of its surroundings: twice as long each time, up to half a minute, or as long as it was told. */
export interface Backoff {
  /** Milliseconds to wait after this fault. */
  after(fault: unknown): number;
  reset(): void;
}

export function createBackoff(): Backoff {
  let next = firstMilliseconds;
  return {
    after(fault) {
      const wait = next;
      next = Math.min(next * 2, longestMilliseconds);
      const asked = fault instanceof AppError ? fault.retryAfter : null;
      return asked === null ? wait : Math.max(wait, Math.min(asked, longestAskedSeconds) * 1000);
    },
    reset() {
      next = firstMilliseconds;
    },
  };
}
