import { AppError } from '../../../domain/errors.ts';

/** An answer of Qdrant with a status other than 2xx. */
export class QdrantResponseError extends Error {
  override readonly name = 'QdrantResponseError';
  readonly status: number;
  /** What the server said of it. */
  readonly text: string;
  /** Seconds that the server asks to wait; null when it does not say. */
  readonly retryAfter: number | null;

  constructor({ status, text, retryAfter }: { status: number; text: string; retryAfter: unknown }) {
    const said = serverTextOf(text);
    super(`Qdrant answered with status ${status}: ${said.slice(0, 500)}`);
    this.status = status;
    this.text = said;
    this.retryAfter = secondsOf(retryAfter);
  }
}

/** HTTP status that Qdrant answered with; null when there was no answer. */
export const statusOf = (error: unknown): number | null => (error instanceof QdrantResponseError ? error.status : null);

/** Seconds that Qdrant asks to wait; null when it does not say. */
export const retryAfterOf = (error: unknown): number | null =>
  error instanceof QdrantResponseError ? error.retryAfter : null;

function secondsOf(header: unknown): number | null {
  const seconds = typeof header === 'string' && header !== '' ? Number(header) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

export function isConnectionError(error: unknown): boolean {
  const codes = [property(error, 'code'), property(property(error, 'cause'), 'code')].map(String);
  return codes.some((code) => /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EPIPE|ETIMEDOUT|UND_ERR)/.test(code));
}

export const isDeadline = (error: unknown): boolean => property(error, 'name') === 'TimeoutError';

/** Anything may stand at QDRANT_URL. */
export const notQdrant = (cause?: unknown): AppError => new AppError('INDEX_UNAVAILABLE', notQdrantDetail, { cause });

const notQdrantDetail = 'Something at QDRANT_URL answers that is not Qdrant.';

/** What a call to Qdrant threw, as INDEX_UNAVAILABLE that says what to do; what the server said stays in `cause`. */
export function toIndexError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('INDEX_UNAVAILABLE', detailOf(error), { cause: error });
}

function detailOf(error: unknown): string {
  const status = statusOf(error);
  const text = error instanceof QdrantResponseError ? error.text : '';
  if (isDeadline(error)) return 'Qdrant took too long.';
  if (status === null)
    return isConnectionError(error)
      ? 'Qdrant does not answer. Check QDRANT_URL (with its port) and that the server runs.'
      : notQdrantDetail;
  if (status < 400) return notQdrantDetail;
  if (status === 401 || status === 403) return 'Qdrant rejects the key. Set QDRANT_API_KEY to one that may write.';
  if (status === 404) return 'Qdrant does not have the collection. `footnote reindex` builds it from the database.';
  if (status === 429) return 'Qdrant limits the rate of requests. Wait, or raise its limits.';
  if (status === 507 || /no space|disk is full|out of disk/i.test(text))
    return 'The disk of Qdrant is full. Free room there; what is missing is filled in by itself.';
  if (/dimension/i.test(text))
    return 'The collection holds vectors of other dimensions than the embedder gives. Run `footnote reindex --embedder NAME --switch`.';
  if (status === 400 || status === 422) return 'Qdrant refused the request; the log has its reason.';
  return `Qdrant failed with status ${status}.`;
}

/** JSON errors carry it in `status.error`; the middleware that checks keys answers in plain text. */
function serverTextOf(body: string): string {
  try {
    const text = property(property(JSON.parse(body), 'status'), 'error');
    return typeof text === 'string' ? text : '';
  } catch {
    return body;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
