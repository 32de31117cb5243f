import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { SourceSchema } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  summary: 'List the sources, by name',
  responses: {
    200: {
      description: 'Each with its last run, and how far behind it is.',
      content: { 'application/json': { schema: z.object({ items: z.array(SourceSchema).readonly() }) } },
    },
  },
});

export function registerListSources(app: App, { sources }: RouteDeps): void {
  app.openapi(route, async (c) => c.json({ items: await sources.list(principalOf(c).tenantId) }, 200));
}
