import { AppError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { administeredTenant, tenantQuery } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('admin', {
  method: 'delete',
  path: '/v1/keys/{id}',
  operationId: 'revokeKey',
  summary: 'Revoke a key, at once',
  request: { params: idParams, query: tenantQuery },
  responses: { 204: { description: 'The key no longer works.' } },
});

export function registerRevokeKey(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const tenant = await administeredTenant(c, deps, c.req.valid('query').tenantId);
    const isRevoked = isId('key', id) && (await deps.identities.revokeKey(tenant, id));
    if (!isRevoked) throw new AppError('NOT_FOUND', 'There is no such key.');
    return c.body(null, 204);
  });
}
