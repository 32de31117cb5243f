import { z } from '@hono/zod-openapi';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const Health = z.object({ state: z.literal('live'), version: z.string() });

const route = defineRoute('public', {
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'Whether the process lives',
  responses: { 200: { description: 'It does.', content: { 'application/json': { schema: Health } } } },
});

export function registerGetHealth(app: App, { version }: RouteDeps): void {
  app.openapi(route, (c) => c.json({ state: 'live' as const, version }, 200));
}
