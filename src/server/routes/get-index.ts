import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { IndexStatusSchema } from '../index-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/index',
  operationId: 'getIndex',
  summary: 'The collections of the search index, and how far a reindex is',
  responses: { 200: { description: 'The index.', content: { 'application/json': { schema: IndexStatusSchema } } } },
});

export function registerGetIndex(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    return c.json(await deps.indexAdministration.status(), 200);
  });
}
