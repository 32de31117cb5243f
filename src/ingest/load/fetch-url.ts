import type { LookupFunction } from 'node:net';
import { type Agent, fetch, type Response } from 'undici';
import { AppError } from '../../domain/errors.ts';
import type { FetchedPage } from '../submit-document.ts';
import { createGuardedAgent, type IsAllowedAddress, isPublicAddress } from './guarded-agent.ts';

interface FetchUrlDeps {
  readonly maxFileBytes: number;
  /** Which addresses may be connected to; public ones on web ports unless a test says otherwise. */
  readonly isAllowedAddress?: IsAllowedAddress;
  readonly lookup?: LookupFunction;
  readonly timeouts?: { readonly idleMilliseconds: number; readonly totalMilliseconds: number };
}

const mostRedirects = 5;
const defaultTimeouts = { idleMilliseconds: 10_000, totalMilliseconds: 60_000 };
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches one address; links on the page are not followed, redirects up to five times, each checked anew.
 * Throws URL_NOT_ALLOWED (scheme, credentials, port or address), URL_UNREACHABLE with what came back, FILE_TOO_LARGE, or the signal's reason.
 */
export function createFetchUrl(deps: FetchUrlDeps): (url: string, signal: AbortSignal) => Promise<FetchedPage> {
  const timeouts = deps.timeouts ?? defaultTimeouts;
  const guard = {
    isAllowedAddress: deps.isAllowedAddress ?? isPublicAddress,
    idleMilliseconds: timeouts.idleMilliseconds,
    ...(deps.lookup && { lookup: deps.lookup }),
  };
  return async (url, signal) => {
    const deadline = AbortSignal.timeout(timeouts.totalMilliseconds);
    const agent = createGuardedAgent(guard);
    try {
      const fetched = await follow(url, { agent, signal: AbortSignal.any([signal, deadline]) });
      return await toPage(fetched, deps.maxFileBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted) throw unreachable(url, 'It took too long to answer.', error);
      throw explain(url, error);
    } finally {
      await agent.destroy();
    }
  };
}

interface Fetched {
  readonly url: URL;
  readonly response: Response;
}

async function follow(url: string, options: { agent: Agent; signal: AbortSignal }): Promise<Fetched> {
  let current = checkUrl(url);
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const response = await fetch(current, {
      dispatcher: options.agent,
      signal: options.signal,
      redirect: 'manual',
      headers: { 'user-agent': 'Footnote', accept: 'text/html,text/*;q=0.9,application/pdf;q=0.9,*/*;q=0.5' },
    });
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) return { url: current, response };
    await response.body?.cancel();
    current = checkUrl(location, current);
  }
  throw unreachable(url, `It redirects more than ${mostRedirects} times.`);
}

/** The parsed address, which alone is used from here on. */
function checkUrl(text: string, base?: URL): URL {
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

async function toPage({ url, response }: Fetched, maximum: number): Promise<FetchedPage> {
  if (!response.ok) {
    await response.body?.cancel();
    throw unreachable(url.href, `It answers ${response.status} ${response.statusText}`.trim());
  }
  const bytes = await readBody(response, { maximum, name: url.href });
  const mediaType = response.headers.get('content-type');
  return { bytes, url: url.href, mediaType, fileName: fileNameOf(url, response) };
}

/** Counts what arrives after decompression, so that neither a wrong length nor a compressed bomb gets past. */
async function readBody(response: Response, limit: { maximum: number; name: string }): Promise<Uint8Array> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let size = 0;
  if (declared > limit.maximum) await response.body?.cancel();
  else
    for await (const part of response.body ?? []) {
      parts.push(part);
      size += part.byteLength;
      if (size > limit.maximum) break;
    }
  if (Math.max(declared, size) > limit.maximum)
    throw new AppError(
      'FILE_TOO_LARGE',
      `${limit.name} sends more than ${limit.maximum} bytes, the most that is read.`,
    );
  return Buffer.concat(parts);
}

/** The last part of the path, or what the server says; never a path. */
function fileNameOf(url: URL, response: Response): string {
  const declared = /filename="?([^";]+)"?/i.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const last = url.pathname.split('/').findLast((part) => part !== '') ?? '';
  const name = declared ?? decodeName(last);
  return name.split(/[/\\]/).at(-1)?.trim() || url.hostname;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
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
  return unreachable(url, failures[code] ?? 'The connection failed.', error);
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

function unreachable(url: string, what: string, cause?: unknown): AppError {
  return new AppError('URL_UNREACHABLE', `${url.slice(0, 200)} could not be fetched. ${what}`, { cause });
}
