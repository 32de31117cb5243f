import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { AppError } from '../domain/errors.ts';
import type { AppContext, AppEnv } from './app-env.ts';
import { sessionCookie } from './authentication.ts';

interface BrowserGuardOptions {
  readonly host: string;
  readonly publicUrl: string | null;
}

/** Everything on a page comes from this server; nothing inline, nothing framed, nothing sent elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders: readonly (readonly [string, string])[] = [
  ['content-security-policy', contentSecurityPolicy],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
];

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps other web pages out of a local server. The Host must be one that this server is known by, so that a name which
 * was rebound to this address is refused; what changes something must come from a page of this server.
 */
export function createBrowserGuard({ host, publicUrl }: BrowserGuardOptions): MiddlewareHandler<AppEnv> {
  const isKnownHost = createHostCheck(host, publicUrl);
  const publicOrigin = publicUrl ? new URL(publicUrl).origin : null;

  return async (c, next) => {
    const url = new URL(c.req.url);
    const hostHeader = c.req.header('host');
    if (!isKnownHost(url.hostname) || (hostHeader !== undefined && !isKnownHost(hostnameOf(hostHeader))))
      throw new AppError(
        'ORIGIN_NOT_ALLOWED',
        'The Host header names an address that this server is not reached under.',
      );
    const isPublic = publicUrl !== null && url.hostname === new URL(publicUrl).hostname;
    c.set('baseUrl', isPublic ? publicUrl.replace(/\/+$/, '') : url.origin);
    if (!safeMethods.has(c.req.method)) requireOwnOrigin(c, new Set([url.origin, publicOrigin]));
    await next();
  };
}

/** After the handler, so that no route can forget them; a route's own values stay. */
export const setSecurityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  for (const [name, value] of securityHeaders) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
};

function requireOwnOrigin(c: AppContext, own: ReadonlySet<string | null>): void {
  const origin = c.req.header('origin');
  if (origin !== undefined) {
    if (origin === 'null' || !own.has(origin))
      throw new AppError('ORIGIN_NOT_ALLOWED', 'The request was sent by a page of another site.');
  } else if (c.req.header('authorization') === undefined && getCookie(c, sessionCookie) !== undefined) {
    throw new AppError('ORIGIN_NOT_ALLOWED', 'A signed-in request that changes something needs an Origin header.');
  }
}

function createHostCheck(host: string, publicUrl: string | null): (hostname: string) => boolean {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', bracketed(host)]);
  if (publicUrl) known.add(new URL(publicUrl).hostname);
  const listensEverywhere = host === '0.0.0.0' || host === '::';
  // A name can be rebound to this machine, an address cannot: it is where the browser connected to.
  return (hostname) => known.has(hostname) || (listensEverywhere && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0);
}

function hostnameOf(hostHeader: string): string {
  return URL.canParse(`http://${hostHeader}`) ? new URL(`http://${hostHeader}`).hostname : '';
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}
