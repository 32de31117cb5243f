import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  wrap,
} from 'cockatiel';
import { AppError } from '../domain/errors.ts';
import { isConnectionError, retryAfterOf, statusOf } from './model-error.ts';

export interface CallGuard {
  execute<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 409, 429]);
/** A reader waits; when the server asks for more, the answer goes on without the model. */
const longestWaitSeconds = 2;
const failuresUntilOpen = 5;
const openMilliseconds = 10_000;

/**
 * One retry for what may pass by itself (408, 409, 429, 5xx, connection), and a circuit breaker that stops asking a server
 * for ten seconds after five failures in a row.
 */
export function createCallGuard(retryDelayMs: number): CallGuard {
  const again = retry(handleWhen(mayPass), {
    maxAttempts: 1,
    backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => delayOf(context, retryDelayMs)),
  });
  const breaker = circuitBreaker(handleWhen(isServerFault), {
    halfOpenAfter: openMilliseconds,
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
  });
  const policy = wrap(again, breaker);
  return {
    async execute(call, signal) {
      try {
        return await policy.execute(call, signal);
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        throw new AppError(
          'MODEL_UNAVAILABLE',
          'The model server failed several times and is left alone for a moment.',
          {
            cause: error,
            retryAfter: openMilliseconds / 1000,
          },
        );
      }
    },
  };
}

function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  const wait = retryAfterOf(error);
  if (wait !== null && wait > longestWaitSeconds) return false;
  return status === null ? isConnectionError(error) : retryableStatuses.has(status) || status >= 500;
}

/** What speaks against the server rather than against this request. */
function isServerFault(error: unknown): boolean {
  const status = statusOf(error);
  if (error instanceof AppError) return error.code === 'DEADLINE_EXCEEDED';
  return status === null ? isConnectionError(error) : status >= 500;
}

/** What the server asks for; else the delay, with jitter, so that callers who failed together do not return together. */
function delayOf(context: IRetryBackoffContext<unknown>, delayMs: number): number {
  const error = 'error' in context.result ? context.result.error : null;
  const wait = retryAfterOf(error);
  return wait === null ? delayMs * (0.5 + Math.random()) : wait * 1000;
}
