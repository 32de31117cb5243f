import { z } from '@hono/zod-openapi';
import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { KeySchema } from '../schemas.ts';

const Keys = z.object({ items: z.array(KeySchema), nextCursor: z.null() });

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'List the keys of the tenant',
  request: { query: tenantQuery },
  responses: { 200: { description: 'Keys without their secrets.', content: { 'application/json': { schema: Keys } } } },
});

export function registerListKeys(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const tenant = await administeredTenant(c, deps, c.req.valid('query').tenantId);
    return c.json({ items: await deps.identities.listKeys(tenant), nextCursor: null }, 200);
  });
}
