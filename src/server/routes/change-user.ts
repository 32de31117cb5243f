import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, text, UserSchema } from '../schemas.ts';

const Body = z.strictObject({ groups: z.array(text(200, 1)).max(100) }).openapi('UserChange');

const route = defineRoute('admin', {
  method: 'patch',
  path: '/v1/users/{id}',
  operationId: 'changeUser',
  summary: 'Change the groups of a user',
  description: 'The list replaces the one before. It counts from the next question on, for all keys of the user.',
  request: {
    params: idParams,
    query: tenantQuery,
    body: { required: true, content: { 'application/json': { schema: Body } } },
  },
  responses: { 200: { description: 'The user.', content: { 'application/json': { schema: UserSchema } } } },
});

export function registerChangeUser(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const tenant = await administeredTenant(c, deps, c.req.valid('query').tenantId);
    const user = isId('user', id) ? await deps.identities.setGroups(tenant, id, c.req.valid('json').groups) : null;
    if (!user) throw new AppError('NOT_FOUND', 'There is no such user.');
    return c.json(user, 200);
  });
}
