import type { Problem } from '../domain/answer.ts';
import { AppError, type ErrorCode, errorSpecs } from '../domain/errors.ts';
import { retryAfterOf } from '../models/model-error.ts';

/** How a command reaches Footnote: over HTTP, or through the same routes inside this process. */
export interface Client {
  /** Throws the AppError that the server's problem document describes. */
  get<T>(path: string, acceptedStatuses?: readonly number[]): Promise<T>;
  post<T>(path: string, body: object | FormData): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
  patch<T>(path: string, body: object): Promise<T>;
  delete(path: string): Promise<void>;
  /** The bytes of an answer as they come. Throws SERVER_UNREACHABLE when the server ends in the middle. */
  download(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Events of a server-sent stream, each parsed from its `data` line. */
  stream<T>(path: string, body: object, signal: AbortSignal): AsyncGenerator<T>;
  /** The same of a stream that is only read. */
  follow<T>(path: string, signal: AbortSignal): AsyncGenerator<T>;
  close(): Promise<void>;
}

export type Send = (path: string, init: RequestInit) => Promise<Response>;

export function createClient(send: Send, key: string, close: () => Promise<void>): Client {
  const authorization = `Bearer ${key}`;

  async function request(path: string, init: RequestInit = {}, accepted: readonly number[] = []): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', authorization);
    const response = await send(path, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new AppError('SERVER_UNREACHABLE', 'The server did not answer.', { cause: error });
    });
    if (!response.ok && !accepted.includes(response.status)) throw await problemOf(response);
    return response;
  }

  async function* read<T>(path: string, init: RequestInit): AsyncGenerator<T> {
    const headers = new Headers(init.headers);
    headers.set('accept', 'text/event-stream');
    const response = await request(path, { ...init, headers });
    if (response.body) yield* parseEvents<T>(response.body);
  }

  return {
    get: async <T>(path: string, accepted: readonly number[] = []) =>
      (await (await request(path, {}, accepted)).json()) as T,
    post: async <T>(path: string, body: object | FormData) => (await (await request(path, bodyOf(body))).json()) as T,
    put: async <T>(path: string, body: object) =>
      (await (await request(path, { ...bodyOf(body), method: 'PUT' })).json()) as T,
    patch: async <T>(path: string, body: object) =>
      (await (await request(path, { ...bodyOf(body), method: 'PATCH' })).json()) as T,
    delete: async (path) => {
      await request(path, { method: 'DELETE' });
    },
    async *download(path, signal) {
      const { body } = await request(path, { signal });
      try {
        for await (const chunk of body ?? []) {
          // Inside this process nothing else ends it.
          signal.throwIfAborted();
          yield chunk;
        }
      } catch (error) {
        if (signal.aborted) throw error;
        throw new AppError('SERVER_UNREACHABLE', 'The server ended before all of it had come.', { cause: error });
      }
    },
    async *stream<T>(path: string, body: object, signal: AbortSignal) {
      yield* read<T>(path, { ...bodyOf(body), signal });
    },
    async *follow<T>(path: string, signal: AbortSignal) {
      yield* read<T>(path, { signal });
    },
    close,
  };
}

function bodyOf(body: object | FormData): RequestInit & { headers?: Record<string, string> } {
  if (body instanceof FormData) return { method: 'POST', body };
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

async function problemOf(response: Response): Promise<AppError> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  const code = problem?.code;
  const retryAfter = retryAfterOf(response);
  if (code && code in errorSpecs)
    return new AppError(code as ErrorCode, problem.detail ?? '', {
      errors: problem.errors ?? [],
      ...(retryAfter === null ? {} : { retryAfter }),
    });
  return new AppError('SERVER_UNREACHABLE', `The server answered with status ${response.status} and no reason.`);
}

/** Our own server writes one `data` line an event. */
async function* parseEvents<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  let pending = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    pending += part;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) yield JSON.parse(line.slice(5)) as T;
  }
}
