import { setTimeout as pause } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import { statusOf } from '../../src/models/model-error.ts';

/** Statuses of what may pass by itself; all of the 5xx do. */
const passingStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const passingCodes: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'MODEL_RATE_LIMITED',
  'MODEL_UNAVAILABLE',
  'TARGET_UNAVAILABLE',
  'SERVER_UNREACHABLE',
  'SERVER_STOPPING',
  'INDEX_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
]);

const firstWaitMilliseconds = 500;
const longestWaitSeconds = 60;
/** After so many failures in a row with one code, nothing is asked twice until something succeeds. */
const identicalFailures = 10;

/** Asks again what may pass by itself, for as long as the server wants to be waited for, at most a minute each time. */
export interface Retry {
  /** `leave` ends the waiting. Throws what the last attempt threw. */
  run<T>(attempt: () => Promise<T>, leave: AbortSignal): Promise<T>;
}

export interface RetryOptions {
  /** Attempts after the first. */
  readonly retries: number;
  readonly firstWaitMilliseconds?: number;
  /** In [0, 1). */
  readonly random?: () => number;
}

export function createRetry(options: RetryOptions): Retry {
  const { random = Math.random } = options;
  const first = options.firstWaitMilliseconds ?? firstWaitMilliseconds;
  let inARow = { code: '', count: 0 };
  return {
    async run(attempt, leave) {
      for (let failed = 0; ; failed += 1) {
        try {
          const result = await attempt();
          inARow = { code: '', count: 0 };
          return result;
        } catch (error) {
          const { code, retryAfter } = AppError.from(error);
          inARow = { code, count: inARow.code === code ? inARow.count + 1 : 1 };
          const isHopeless = inARow.count > identicalFailures || (retryAfter ?? 0) > longestWaitSeconds;
          if (failed >= options.retries || isHopeless || !mayPass(error) || leave.aborted) throw error;
          // Anything from nothing to twice the mean, so that what failed together does not return together.
          const wait = retryAfter === null ? 2 * random() * first * 2 ** failed : retryAfter * 1000;
          await pause(Math.min(wait, longestWaitSeconds * 1000), undefined, { signal: leave }).catch(() => {
            throw error;
          });
        }
      }
    },
  };
}

export function mayPass(error: unknown): boolean {
  const known = AppError.from(error);
  const status = statusOf(known.cause);
  return status === null ? passingCodes.has(known.code) : mayPassStatus(status);
}

export const mayPassStatus = (status: number) => passingStatuses.has(status) || status >= 500;
