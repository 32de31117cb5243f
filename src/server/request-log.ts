import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from './app-env.ts';
import type { Log } from './server-deps.ts';

const requestIdPattern = /^[A-Za-z0-9_-]{8,64}$/;

/**
 * Numbers each request, or keeps the number that a proxy gave it, and writes one line when the response begins.
 * The line has the route's pattern, never the address: that may carry a sign-in token.
 */
export function createRequestLog({ log }: { log: Log }): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && requestIdPattern.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    c.set('error', null);
    const started = performance.now();
    await next();
    c.res.headers.set('x-request-id', requestId);
    const error = c.get('error');
    const fields = {
      requestId,
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      milliseconds: Math.round(performance.now() - started),
      tenantId: c.get('principal')?.tenantId,
      ...(error ? { code: error.code } : {}),
    };
    if (error && error.spec.status >= 500) log.error({ ...fields, err: error.cause ?? error }, 'request failed');
    else log.info(fields, 'request');
  };
}
