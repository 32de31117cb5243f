import { QdrantClientResourceExhaustedError } from '@qdrant/js-client-rest';
import { AppError } from '../../../domain/errors.ts';

/** HTTP status that Qdrant answered with; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  if (error instanceof QdrantClientResourceExhaustedError) return 429;
  const status = property(error, 'status');
  return typeof status === 'number' ? status : null;
}

/**
 * Seconds that Qdrant asks to wait; null when it does not say. The client keeps only the first digit of `Retry-After`: a wait that was
 * too short is answered in the same way again.
 */
export function retryAfterOf(error: unknown): number | null {
  return error instanceof QdrantClientResourceExhaustedError ? error.retry_after : null;
}

export function isConnectionError(error: unknown): boolean {
  const codes = [property(error, 'code'), property(property(error, 'cause'), 'code')].map(String);
  return codes.some((code) => /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EPIPE|ETIMEDOUT|UND_ERR)/.test(code));
}

export const isDeadline = (error: unknown): boolean => property(error, 'name') === 'TimeoutError';

/** What a call to Qdrant threw, as INDEX_UNAVAILABLE that says what to do; what the server said stays in `cause`. */
export function toIndexError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('INDEX_UNAVAILABLE', detailOf(error), { cause: error });
}

function detailOf(error: unknown): string {
  const status = statusOf(error);
  const text = serverTextOf(error);
  if (isDeadline(error)) return 'Qdrant took too long.';
  if (status === null)
    return isConnectionError(error)
      ? 'Qdrant does not answer. Check QDRANT_URL (with its port) and that the server runs.'
      : 'Something at QDRANT_URL answers that is not Qdrant.';
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
export function serverTextOf(error: unknown): string {
  const data = property(error, 'data');
  if (typeof data === 'string') return data;
  const text = property(property(data, 'status'), 'error');
  return typeof text === 'string' ? text : '';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
