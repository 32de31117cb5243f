import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { TenantSchema } from '../schemas.ts';

const Tenants = z.object({ items: z.array(TenantSchema), nextCursor: z.null() });

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/tenants',
  operationId: 'listTenants',
  summary: 'List tenants',
  responses: { 200: { description: 'Tenants.', content: { 'application/json': { schema: Tenants } } } },
});

export function registerListTenants(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    return c.json({ items: await deps.identities.listTenants(), nextCursor: null }, 200);
  });
}
