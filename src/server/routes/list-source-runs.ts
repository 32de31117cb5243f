import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, pageOf, pageQuery } from '../schemas.ts';
import { SourceRunSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/sources/{id}/runs',
  operationId: 'listSourceRuns',
  summary: 'List the runs of a source, newest first',
  description: 'The last 200 are kept.',
  request: { params: idParams, query: z.strictObject(pageQuery) },
  responses: {
    200: { description: 'Runs.', content: { 'application/json': { schema: pageOf(SourceRunSchema) } } },
  },
});

export function registerListSourceRuns(app: App, { sources }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = sourceIdOf(c.req.valid('param').id);
    const { limit, cursor = null } = c.req.valid('query');
    if (!(await sources.get(tenantId, id))) throw sourceNotFound();
    return c.json(await sources.runs(tenantId, id, { limit, cursor }), 200);
  });
}
