import { AppError, type ErrorCode } from '../domain/errors.ts';

const details: Partial<Record<ErrorCode, string>> = {
  MODEL_REJECTED_KEY: 'The model server rejects the key.',
  MODEL_RATE_LIMITED: 'The model server limits the rate of requests.',
  MODEL_UNAVAILABLE: 'The model server does not answer.',
  MODEL_BAD_RESPONSE: 'The model server sent something that its protocol does not allow, or refuses the request.',
  DEADLINE_EXCEEDED: 'The model server took too long.',
};

/** What a call to a model server threw, as an AppError; what the server or its library said stays in `cause`. */
export function toModelError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const retryAfter = code === 'MODEL_RATE_LIMITED' || code === 'MODEL_UNAVAILABLE' ? retryAfterOf(error) : null;
  if (retryAfter === null) return new AppError(code, details[code] ?? '', { cause: error });
  const detail = `${details[code] ?? ''} It asks to wait ${Math.ceil(retryAfter)} s.`;
  return new AppError(code, detail, { cause: error, retryAfter });
}

/** HTTP status that the server answered with; null when there was no answer. The OpenAI library says `status`, Cohere's `statusCode`. */
export function statusOf(error: unknown): number | null {
  const status = property(error, 'status') ?? property(error, 'statusCode');
  return typeof status === 'number' ? status : null;
}

/** Seconds that the server asks to wait, which it may say as a number or as a date; null when it does not say. */
export function retryAfterOf(error: unknown): number | null {
  if (error instanceof AppError) return error.retryAfter;
  const headers = property(error, 'headers') ?? property(property(error, 'rawResponse'), 'headers');
  const value = headers instanceof Headers ? headers.get('retry-after') : property(headers, 'retry-after');
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : null;
  const at = Date.parse(String(value));
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Whether the server was not reached, or closed the connection before it answered; libraries wrap what `fetch` threw. */
export function isConnectionError(error: unknown): boolean {
  const name = String(property(error, 'name') ?? '');
  const code = String(property(error, 'code') ?? '');
  const message = messageOf(error);
  if (/APIConnection|FetchError/.test(name) || message === 'Connection error.' || message === 'fetch failed')
    return true;
  if (/^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EPIPE|UND_ERR_(?:CONNECT|SOCKET))/.test(code)) return true;
  const cause = property(error, 'cause');
  return cause !== error && cause instanceof Error && isConnectionError(cause);
}

/** An answer of a model server with a status other than 2xx. */
export class ModelStatusError extends Error {
  override readonly name = 'ModelStatusError';
  readonly status: number;
  readonly headers: Headers;

  constructor({ status, headers }: Pick<Response, 'status' | 'headers'>) {
    super(`The model server answered with status ${status}.`);
    this.status = status;
    this.headers = headers;
  }
}

function codeOf(error: unknown): ErrorCode {
  const status = statusOf(error);
  if (status === 401 || status === 403) return 'MODEL_REJECTED_KEY';
  if (status === 429) return 'MODEL_RATE_LIMITED';
  if (status === 408 || (status !== null && status >= 500)) return 'MODEL_UNAVAILABLE';
  if (status !== null) return 'MODEL_BAD_RESPONSE';
  if (/Timeout/.test(String(property(error, 'name')))) return 'DEADLINE_EXCEEDED';
  return isConnectionError(error) ? 'MODEL_UNAVAILABLE' : 'MODEL_BAD_RESPONSE';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
