import { QdrantClient } from '@qdrant/js-client-rest';
import { AppError } from '../../../domain/errors.ts';
import { guardCalls } from '../../../resilience/call-guard.ts';
import { isConnectionError, isDeadline, retryAfterOf, statusOf, toIndexError } from './qdrant-error.ts';

type Api = ReturnType<QdrantClient['api']>;

/** One request of the generated client; it must hand `init` on. */
export type Send<T> = (api: Api, init: { readonly signal: AbortSignal }) => Promise<{ data: { result?: T } }>;

/** Requests to one Qdrant server, each under a deadline of all its attempts. All are idempotent, so all may be sent again. */
export interface QdrantCalls {
  /** For searches: a short deadline. Throws INDEX_UNAVAILABLE with what to do, or the signal's reason. */
  ask<T>(send: Send<T>, signal?: AbortSignal): Promise<T>;
  /** For writes and administration: a long deadline. */
  write<T>(send: Send<T>, signal?: AbortSignal): Promise<T>;
  /** As `ask`, with null for what does not exist. */
  find<T>(send: Send<T>, signal?: AbortSignal): Promise<T | null>;
  /** Version of the server, such as `1.18.3`. */
  serverVersion(signal?: AbortSignal): Promise<string>;
}

export interface QdrantCallsOptions {
  readonly url: string;
  readonly apiKey: string | null;
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
  const api = openClient(options).api();
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

  async function attempt<T>(send: Send<T>, signal: AbortSignal, milliseconds: number): Promise<T | undefined> {
    signal.throwIfAborted();
    const within = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
    const call = async () => {
      const { data } = await send(api, { signal: within });
      return resultOf(data);
    };
    try {
      return await guard.execute(call, within);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  const request =
    (milliseconds: number) =>
    async <T>(send: Send<T>, signal = never): Promise<T> => {
      try {
        const result = await attempt(send, signal, milliseconds);
        if (result === undefined) throw new Error('Qdrant answered without a result.');
        return result;
      } catch (error) {
        signal.throwIfAborted();
        throw toIndexError(error);
      }
    };

  return {
    ask: request(askMilliseconds),
    write: request(writeMilliseconds),
    async find(send, signal = never) {
      try {
        return (await attempt(send, signal, askMilliseconds)) ?? null;
      } catch (error) {
        signal.throwIfAborted();
        if (statusOf(error) === 404) return null;
        throw toIndexError(error);
      }
    },
    async serverVersion(signal = never) {
      const send: Send<string> = async (client, init) => ({
        data: { result: (await client.root({}, init)).data.version },
      });
      return await request(askMilliseconds)(send, signal);
    },
  };
}

/** The client drops the path of a URL and puts port 6333 where the URL has none; here the URL means what it says. */
function openClient({ url, apiKey }: QdrantCallsOptions): QdrantClient {
  const { protocol, hostname, port, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  return new QdrantClient({
    host: hostname,
    https: protocol === 'https:',
    // `null`: no port in the address, so that the scheme decides.
    port: port === '' ? null : Number(port),
    ...(prefix ? { prefix } : {}),
    headers: {
      // Packing and unpacking an answer takes longer than a local network does to carry it.
      'accept-encoding': 'identity',
      // As a header of our own: `apiKey` prints a warning on every start over http.
      ...(apiKey === null ? {} : { 'api-key': apiKey }),
    },
    // Deadlines are ours: the client's would take the place of the signal.
    timeout: Number.POSITIVE_INFINITY,
    checkCompatibility: false,
  });
}

/** Anything that answers 200 may stand at QDRANT_URL. */
function resultOf<T>(data: { result?: T }): T | undefined {
  if (typeof data !== 'object' || data === null || !('result' in data))
    throw new AppError('INDEX_UNAVAILABLE', 'Something at QDRANT_URL answers that is not Qdrant.');
  return data.result;
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
