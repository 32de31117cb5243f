import { z } from '@hono/zod-openapi';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

const route = defineRoute('public', {
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Numbers of this process for Prometheus; none of them names a tenant, a document or a question',
  responses: { 200: { description: 'Text format 0.0.4.', content: { 'text/plain': { schema: z.string() } } } },
});

export function registerGetMetrics(app: App, { telemetry }: RouteDeps): void {
  app.openapi(route, async (c) => c.text(await telemetry.exposition(), 200, { 'content-type': contentType }));
}
