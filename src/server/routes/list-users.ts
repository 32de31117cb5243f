import { z } from '@hono/zod-openapi';
import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { UserSchema } from '../schemas.ts';

const Users = z.object({ items: z.array(UserSchema), nextCursor: z.null() });

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/users',
  operationId: 'listUsers',
  summary: 'List the users of the tenant',
  request: { query: tenantQuery },
  responses: { 200: { description: 'Users.', content: { 'application/json': { schema: Users } } } },
});

export function registerListUsers(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const tenant = await administeredTenant(c, deps, c.req.valid('query').tenantId);
    return c.json({ items: await deps.identities.listUsers(tenant), nextCursor: null }, 200);
  });
}
