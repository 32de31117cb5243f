import { Pool } from 'undici';
import { notQdrant, QdrantResponseError } from './qdrant-error.ts';

export interface QdrantRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the server, with its query. */
  readonly path: string;
  readonly body: object | null;
}

/** The JSON of the answer. Throws QdrantResponseError, INDEX_UNAVAILABLE for what is no JSON, the signal's reason, or what the connection failed with. */
export type SendRequest = (request: QdrantRequest, signal: AbortSignal) => Promise<unknown>;

export interface QdrantServer {
  /** With its port and path, if any; it means what it says. */
  readonly url: string;
  readonly apiKey: string | null;
}

const connections = 25;
/** Qdrant closes a connection that was idle for five seconds. */
const keepAliveTimeout = 4_000;

/**
 * Sends requests to one server. The generated client reads answers with a function for large integers, value by value, which takes most of
 * a search's processor time; ids here are texts, so plain JSON does.
 */
export function createSender({ url, apiKey }: QdrantServer): SendRequest {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  // Deadlines are the caller's, so the pool has none.
  const pool = new Pool(origin, { connections, keepAliveTimeout, headersTimeout: 0, bodyTimeout: 0 });
  const headers = {
    'content-type': 'application/json',
    // Packing and unpacking an answer takes longer than a local network does to carry it.
    'accept-encoding': 'identity',
    ...(apiKey === null ? {} : { 'api-key': apiKey }),
  };
  return async ({ method, path, body }, signal) => {
    const response = await pool.request({
      method,
      path: `${prefix}${path}`,
      headers,
      body: body === null ? null : JSON.stringify(body),
      signal,
    });
    const text = await response.body.text();
    const { statusCode: status } = response;
    if (status >= 200 && status < 300) return parse(text);
    throw new QdrantResponseError({ status, text, retryAfter: response.headers['retry-after'] });
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notQdrant(cause);
  }
}
