import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { KeySchema, pageOf, pageQuery } from '../schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'List the keys of the tenant, oldest first',
  request: { query: tenantQuery.extend(pageQuery) },
  responses: {
    200: { description: 'Keys without their secrets.', content: { 'application/json': { schema: pageOf(KeySchema) } } },
  },
});

export function registerListKeys(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, tenantId } = c.req.valid('query');
    const tenant = await administeredTenant(c, deps, tenantId);
    return c.json(await deps.identities.listKeys(tenant, { limit, cursor }), 200);
  });
}
