import { AppError } from '../../../domain/errors.ts';
import { guardCalls } from '../../../resilience/call-guard.ts';
import { type Input, type Operation, type Result, requestOf } from './operations.ts';
import { isConnectionError, isDeadline, notQdrant, retryAfterOf, statusOf, toIndexError } from './qdrant-error.ts';
import { createSender, type QdrantRequest, type QdrantServer, type SendRequest } from './send-request.ts';

type Call<Missing = never> = <O extends Operation>(
  operation: O,
  input: Input<O>,
  signal?: AbortSignal,
) => Promise<Result<O> | Missing>;

/** Requests to one Qdrant server, each under a deadline of all its attempts. All are idempotent, so all may be sent again. */
export interface QdrantCalls {
  /** For searches: a short deadline. Throws INDEX_UNAVAILABLE with what to do, or the signal's reason. */
  readonly ask: Call;
  /** For writes and administration: a long deadline. */
  readonly write: Call;
  /** As `ask`, with null for what does not exist. */
  readonly find: Call<null>;
  /** Version of the server, such as `1.18.3`. */
  serverVersion(signal?: AbortSignal): Promise<string>;
}

export interface QdrantCallsOptions extends QdrantServer {
  readonly send?: SendRequest;
  readonly askMilliseconds?: number;
  readonly writeMilliseconds?: number;
  readonly retryDelayMs?: number;
  readonly openMilliseconds?: number;
}

const retries = 2;
const retryableStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** When Qdrant asks for more, the search goes on without it. */
const longestWaitSeconds = 2;
const never = new AbortController().signal;

export function createQdrantCalls(options: QdrantCallsOptions): QdrantCalls {
  const { askMilliseconds = 5_000, writeMilliseconds = 60_000, retryDelayMs = 100, openMilliseconds = 5_000 } = options;
  const { send = createSender(options) } = options;
  let lastFault: unknown = null;
  const guard = guardCalls({
    retries,
    retryDelayMs,
    openMilliseconds,
    mayPass,
    isServerFault(error) {
      const isFault = isServerFault(error);
      if (isFault) lastFault = error;
      return isFault;
    },
    askedToWait: retryAfterOf,
    whileOpen(cause, retryAfter) {
      const detail = `${toIndexError(lastFault).detail} It is left alone for a moment.`;
      return new AppError('INDEX_UNAVAILABLE', detail, { cause, retryAfter });
    },
  });

  async function attempt(request: QdrantRequest, signal: AbortSignal, milliseconds: number): Promise<unknown> {
    signal.throwIfAborted();
    const within = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
    try {
      return await guard.execute(() => send(request, within), within);
    } catch (error) {
      signal.throwIfAborted();
      throw toIndexError(error);
    }
  }

  const within =
    (milliseconds: number): Call =>
    async <O extends Operation>(operation: O, input: Input<O>, signal = never) =>
      resultOf<O>(await attempt(requestOf(operation, input), signal, milliseconds));
  const ask = within(askMilliseconds);

  return {
    ask,
    write: within(writeMilliseconds),
    async find(operation, input, signal) {
      try {
        return await ask(operation, input, signal);
      } catch (error) {
        if (error instanceof AppError && statusOf(error.cause) === 404) return null;
        throw error;
      }
    },
    async serverVersion(signal = never) {
      const { version } = asObject(await attempt({ method: 'GET', path: '/', body: null }, signal, askMilliseconds));
      if (typeof version !== 'string') throw notQdrant();
      return version;
    },
  };
}

/** Anything that answers 200 may stand at QDRANT_URL; what has a result is taken for the answer that the client's types promise. */
function resultOf<O extends Operation>(answer: unknown): Result<O> {
  const { result } = asObject(answer);
  if (result === undefined || result === null) throw notQdrant();
  return result as Result<O>;
}

function asObject(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}

function mayPass(error: unknown): boolean {
  if ((retryAfterOf(error) ?? 0) > longestWaitSeconds) return false;
  const status = statusOf(error);
  return status === null ? isConnectionError(error) : retryableStatuses.has(status);
}

function isServerFault(error: unknown): boolean {
  const status = statusOf(error);
  return status === null ? isConnectionError(error) || isDeadline(error) : status >= 500;
}
