import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { TenantSchema, text } from '../schemas.ts';

const Body = z.strictObject({ name: text(200, 1) }).openapi('TenantRequest');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/tenants',
  operationId: 'createTenant',
  summary: 'Make a tenant',
  request: { headers: idempotencyHeaders, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 201: { description: 'The tenant.', content: { 'application/json': { schema: TenantSchema } } } },
});

export function registerCreateTenant(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    const { name } = c.req.valid('json');
    const make = () => deps.identities.createTenant(name);
    return c.json(await once(c, deps.idempotency, { request: { name }, make }), 201);
  });
}
