import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery, UserSchema } from '../schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/users',
  operationId: 'listUsers',
  summary: 'List the users of the tenant, oldest first',
  request: { query: tenantQuery.extend(pageQuery) },
  responses: { 200: { description: 'Users.', content: { 'application/json': { schema: pageOf(UserSchema) } } } },
});

export function registerListUsers(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, tenantId } = c.req.valid('query');
    const tenant = await administeredTenant(c, deps, tenantId);
    return c.json(await deps.identities.listUsers(tenant, { limit, cursor }), 200);
  });
}
