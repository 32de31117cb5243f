import { z } from '@hono/zod-openapi';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { type PartState, partStates, type ReadinessCheck } from '../server-deps.ts';

const checkMilliseconds = 2_000;

const Readiness = z
  .object({
    ready: z.boolean(),
    state: z.enum([...partStates, 'stopping']),
    version: z.string(),
    parts: z.array(z.object({ name: z.string(), state: z.enum(partStates), detail: z.string() })),
  })
  .openapi('Readiness');
const content = { 'application/json': { schema: Readiness } };

const route = defineRoute('public', {
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'Whether requests can be served, with the state of each part',
  request: {
    query: z.object({
      detail: z.enum(['true', 'false']).default('false').openapi({ description: '`true`: 200 whatever the state is.' }),
    }),
  },
  responses: {
    200: { description: 'Ready; a degraded part lowers quality, not service.', content },
    503: { description: 'A part is down, or the server is stopping.', content },
  },
});

export function registerGetReadiness(app: App, { readinessChecks, version, stopping, log }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const parts = await Promise.all(readinessChecks.map((check) => examine(check, log)));
    const states = new Set(parts.map(({ state }) => state));
    const worst: PartState = states.has('down') ? 'down' : states.has('degraded') ? 'degraded' : 'ok';
    const state = stopping.aborted ? ('stopping' as const) : worst;
    const ready = state === 'ok' || state === 'degraded';
    const body = { ready, state, version, parts };
    return ready || c.req.valid('query').detail === 'true' ? c.json(body, 200) : c.json(body, 503);
  });
}

async function examine({ name, check }: ReadinessCheck, log: RouteDeps['log']) {
  const { promise: late, resolve } = Promise.withResolvers<{ state: PartState; detail: string }>();
  const detail = `It did not answer within ${checkMilliseconds / 1000} seconds.`;
  const timer = setTimeout(() => resolve({ state: 'down', detail }), checkMilliseconds);
  try {
    return { name, ...(await Promise.race([check(), late])) };
  } catch (error) {
    log.warn({ err: error, part: name }, 'a readiness check failed');
    return { name, state: 'down' as const, detail: 'It does not answer; the log has the cause.' };
  } finally {
    clearTimeout(timer);
  }
}
