import { z } from '@hono/zod-openapi';
import { isId } from '../../domain/ids.ts';
import { roles } from '../../domain/principal.ts';
import { administeredTenant, otherTenant } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { text, UserSchema } from '../schemas.ts';

const Body = z
  .strictObject({
    // A name like another user's id would be that user to access lists.
    name: text(200, 1).refine((name) => !isId('user', name), 'a name that is not an id'),
    role: z.enum(roles).default('reader'),
    groups: z.array(text(200, 1)).max(100).default([]),
    tenantId: otherTenant,
  })
  .openapi('UserRequest');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/users',
  operationId: 'createUser',
  summary: 'Add a user to the tenant',
  request: { headers: idempotencyHeaders, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 201: { description: 'The user.', content: { 'application/json': { schema: UserSchema } } } },
});

export function registerCreateUser(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId, ...user } = c.req.valid('json');
    const tenant = await administeredTenant(c, deps, tenantId);
    const make = () => deps.identities.createUser(tenant, user);
    return c.json(await once(c, deps.idempotency, { request: { tenant, user }, make }), 201);
  });
}
