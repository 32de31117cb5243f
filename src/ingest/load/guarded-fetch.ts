import type { LookupFunction } from 'node:net';
import { type Agent, fetch, type Headers, type Response } from 'undici';
import { AppError, type AppErrorOptions } from '../../domain/errors.ts';
import { createGuardedAgent, type IsAllowedAddress, isPublicAddress } from './guarded-agent.ts';

export interface GuardedFetchOptions {
  /** Of one body after decompression. */
  readonly maxFileBytes: number;
  /** Which addresses may be connected to; public ones on web ports unless the operator allows more. */
  readonly isAllowedAddress?: IsAllowedAddress;
  readonly lookup?: LookupFunction;
  readonly timeouts?: { readonly idleMilliseconds: number; readonly totalMilliseconds: number };
}

export interface GuardedRequest {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that go to the scheme, host and port of the first address alone, whatever it redirects to. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** Of this body, where less is expected. */
  readonly maxBytes?: number;
  /** Where redirects may lead; one that leads elsewhere is not followed and is the response, with that address. Everywhere unless given. */
  readonly mayLeadTo?: ((url: URL) => boolean) | undefined;
}

export interface GuardedResponse {
  /** After redirects; of one that was not followed, where it leads. */
  readonly url: URL;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Empty where the status is an error. */
  readonly bytes: Uint8Array;
}

/** The one way by which addresses that somebody wrote are fetched. Connections are kept until it is closed. */
export interface GuardedFetch {
  /**
   * GET with up to five redirects, each checked anew. Throws URL_NOT_ALLOWED (scheme, credentials, port or address), URL_UNREACHABLE when
   * nothing came back, FILE_TOO_LARGE, or the signal's reason; a status is no error.
   */
  get(url: string, request: GuardedRequest): Promise<GuardedResponse>;
  close(): Promise<void>;
}

const mostReasonBytes = 4_000;
const mostRedirects = 5;
const defaultTimeouts = { idleMilliseconds: 10_000, totalMilliseconds: 60_000 };
const redirects = new Set([301, 302, 303, 307, 308]);
/** By this name rules of robots.txt can name it. */
export const userAgent = 'Footnote';

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const timeouts = options.timeouts ?? defaultTimeouts;
  const agent = createGuardedAgent({
    isAllowedAddress: options.isAllowedAddress ?? isPublicAddress,
    idleMilliseconds: timeouts.idleMilliseconds,
    ...(options.lookup && { lookup: options.lookup }),
  });
  return {
    async get(url, request) {
      const deadline = AbortSignal.timeout(timeouts.totalMilliseconds);
      try {
        const signal = AbortSignal.any([request.signal, deadline]);
        const fetched = await follow(url, { ...request, agent, signal });
        const maximum = Math.min(options.maxFileBytes, request.maxBytes ?? options.maxFileBytes);
        return { ...fetched, bytes: await readBody(fetched, maximum) };
      } catch (error) {
        request.signal.throwIfAborted();
        if (deadline.aborted) throw unreachable(url, 'It took too long to answer.', { cause: error });
        throw explain(url, error);
      }
    },
    close: () => agent.destroy(),
  };
}

interface Fetched extends Omit<GuardedResponse, 'bytes'> {
  readonly body: Response['body'];
}

async function follow(url: string, request: GuardedRequest & { readonly agent: Agent }): Promise<Fetched> {
  const first = checkUrl(url);
  let current = first;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const response = await fetch(current, {
      dispatcher: request.agent,
      signal: request.signal,
      redirect: 'manual',
      headers: {
        'user-agent': userAgent,
        accept: 'text/html,text/*;q=0.9,application/pdf;q=0.9,*/*;q=0.5',
        ...request.headers,
        ...(current.origin === first.origin ? request.credentials : {}),
      },
    });
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) {
      const { status, statusText, headers, body } = response;
      return { url: current, status, statusText, headers, body };
    }
    await response.body?.cancel();
    current = checkUrl(location, current);
    const { status, statusText, headers } = response;
    if (request.mayLeadTo?.(current) === false) return { url: current, status, statusText, headers, body: null };
  }
  throw unreachable(url, `It redirects more than ${mostRedirects} times.`);
}

/** The parsed address, which alone is used from here on. Throws URL_NOT_ALLOWED. */
export function checkUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href))
    throw new AppError('URL_NOT_ALLOWED', `${text.slice(0, 200)} is not an address.`);
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('URL_NOT_ALLOWED', `${url.protocol} addresses are not fetched, only http: and https: ones.`);
  if (url.username !== '' || url.password !== '')
    throw new AppError('URL_NOT_ALLOWED', 'Addresses with a user name or password are not fetched.');
  url.hash = '';
  return url;
}

/** Counts what arrives after decompression, so that neither a wrong length nor a compressed bomb gets past. */
async function readBody({ url, status, headers, body }: Fetched, maximum: number): Promise<Uint8Array> {
  if (status >= 400) return await readReason(body);
  const declared = Number(headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let size = 0;
  if (declared > maximum) await body?.cancel();
  else
    for await (const part of body ?? []) {
      parts.push(part);
      size += part.byteLength;
      if (size > maximum) break;
    }
  if (Math.max(declared, size) > maximum)
    throw new AppError('FILE_TOO_LARGE', `${url.href} sends more than ${maximum} bytes, the most that is read.`);
  return Buffer.concat(parts);
}

/** The beginning of what comes with an error, where a server may say why. */
async function readReason(body: Fetched['body']): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    size += part.byteLength;
    if (size >= mostReasonBytes) break;
  }
  return Buffer.concat(parts).subarray(0, mostReasonBytes);
}

/** The error of a status that says that a page did not come; `reason` is a word that the server gave for it. */
export function badStatus(
  { url, status, statusText, headers }: Omit<GuardedResponse, 'bytes'>,
  reason: string | null = null,
): AppError {
  const wait = Number(headers.get('retry-after') ?? Number.NaN);
  const options = Number.isFinite(wait) ? { retryAfter: wait } : {};
  return unreachable(url.href, `It answers ${status} ${reason ?? statusText}`.trim(), options);
}

/** The AppError that the guard threw inside the library, or what happened in a reader's words. */
function explain(url: string, error: unknown): AppError {
  let code = '';
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError) return cause;
    // The library refuses the ports of other services by itself, with nothing but this message.
    if (cause.message === 'bad port') return new AppError('URL_NOT_ALLOWED', 'Its port is not one of a web server.');
    if ('code' in cause) code = String(cause.code);
  }
  return unreachable(url, failures[code] ?? 'The connection failed.', { cause: error });
}

const failures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Its name is not known.',
  EAI_AGAIN: 'Its name could not be looked up.',
  ECONNREFUSED: 'It refuses the connection.',
  ECONNRESET: 'It broke the connection off.',
  UND_ERR_SOCKET: 'It broke the connection off.',
  UND_ERR_CONNECT_TIMEOUT: 'It took too long to connect.',
  UND_ERR_HEADERS_TIMEOUT: 'It took too long to answer.',
  UND_ERR_BODY_TIMEOUT: 'It stopped sending.',
  UND_ERR_HEADERS_OVERFLOW: 'It sends headers that are too large.',
};

function unreachable(url: string, what: string, options: AppErrorOptions = {}): AppError {
  return new AppError('URL_UNREACHABLE', `${url.slice(0, 200)} could not be fetched. ${what}`, options);
}
