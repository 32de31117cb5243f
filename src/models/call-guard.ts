import { AppError } from '../domain/errors.ts';
import { type CallGuard, guardCalls } from '../resilience/call-guard.ts';
import { isConnectionError, retryAfterOf, statusOf } from './model-error.ts';

export type { CallGuard };

const retryableStatuses: ReadonlySet<number> = new Set([408, 409, 429]);
/** A reader waits; when the server asks for more, the answer goes on without the model. */
const longestWaitSeconds = 2;

/**
 * One retry for what may pass by itself (408, 409, 429, 5xx, connection), and a circuit breaker that stops asking a server
 * for ten seconds after five failures in a row.
 */
export function createCallGuard(retryDelayMs: number): CallGuard {
  return guardCalls({
    retries: 1,
    retryDelayMs,
    mayPass,
    isServerFault,
    askedToWait: retryAfterOf,
    whileOpen: (cause, retryAfter) =>
      new AppError('MODEL_UNAVAILABLE', 'The model server failed several times and is left alone for a moment.', {
        cause,
        retryAfter,
      }),
  });
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
