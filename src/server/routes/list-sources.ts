import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery, text } from '../schemas.ts';
import { SourceSchema } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  summary: 'List the sources, by name',
  request: { query: z.strictObject({ ...pageQuery, name: text(200, 1).optional() }) },
  responses: {
    200: {
      description: 'Each with its last run, and how far behind it is.',
      content: { 'application/json': { schema: pageOf(SourceSchema) } },
    },
  },
});

export function registerListSources(app: App, { sources }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, name } = c.req.valid('query');
    const chosen = name === undefined ? {} : { name };
    return c.json(await sources.list(principalOf(c).tenantId, { limit, cursor, ...chosen }), 200);
  });
}
