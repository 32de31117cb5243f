import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery, TenantSchema } from '../schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/tenants',
  operationId: 'listTenants',
  summary: 'List tenants, oldest first',
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: { description: 'Tenants.', content: { 'application/json': { schema: pageOf(TenantSchema) } } } },
});

export function registerListTenants(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    const { limit, cursor = null } = c.req.valid('query');
    return c.json(await deps.identities.listTenants({ limit, cursor }), 200);
  });
}
