import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { noSpan, type Telemetry } from '../telemetry/telemetry.ts';
import type { AppContext, AppEnv } from './app-env.ts';
import type { Log } from './server-deps.ts';

const requestIdPattern = /^[A-Za-z0-9_-]{8,64}$/;

/** What a monitor asks every few seconds: counted, and in no trace. */
const probes: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

interface RequestLogDeps {
  readonly log: Log;
  readonly telemetry: Pick<Telemetry, 'durations' | 'openSpan'>;
}

/**
 * Numbers each request, or keeps the number that a proxy gave it, and writes one line when the response begins.
 * The line has the route's pattern, never the address: that may carry a sign-in token.
 */
export function createRequestLog({ log, telemetry }: RequestLogDeps): MiddlewareHandler<AppEnv> {
  const record = telemetry.durations('http.server.request.duration', 'Seconds until a response began.');
  const openSpan = (c: AppContext) =>
    telemetry.openSpan(c.req.method, { traceparent: c.req.header('traceparent') ?? '' });
  return async (c, next) => {
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && requestIdPattern.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    c.set('error', null);
    const started = performance.now();
    const span = probes.has(c.req.path) ? noSpan : openSpan(c);
    await span.within(next);
    c.res.headers.set('x-request-id', requestId);
    const error = c.get('error');
    const [method, route, { status }] = [c.req.method, routePath(c, -1), c.res];
    const milliseconds = performance.now() - started;
    const labels = {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': String(status),
    };
    record(milliseconds / 1000, labels);
    span.end({ name: `${method} ${route}`, labels, error: status >= 500 });
    const fields = {
      requestId,
      ...{ method, route, status },
      milliseconds: Math.round(milliseconds),
      tenantId: c.get('principal')?.tenantId,
      ...(error ? { code: error.code } : {}),
    };
    span.within(() => {
      if (error && error.spec.status >= 500) log.error({ ...fields, err: error.cause ?? error }, 'request failed');
      else log.info(fields, 'request');
    });
  };
}
