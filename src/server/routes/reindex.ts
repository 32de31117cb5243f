import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { IndexStatusSchema } from '../index-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';
import { text } from '../schemas.ts';

const Body = z
  .strictObject({
    embedder: text(200, 1)
      .optional()
      .openapi({ description: 'A name that EMBEDDING_MODEL takes: fills a second index beside the live one.' }),
  })
  .openapi('ReindexRequest');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/index/reindex',
  operationId: 'reindex',
  summary: 'Build the search index from the database, in the background',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 202: { description: 'It runs.', content: { 'application/json': { schema: IndexStatusSchema } } } },
});

export function registerReindex(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    const { embedder = null } = c.req.valid('json');
    return c.json(await deps.indexAdministration.reindex(embedder), 202);
  });
}
