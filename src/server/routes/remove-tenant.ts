import { AppError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { requireOperator, tenantNotFound } from '../administered-tenant.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('admin', {
  method: 'delete',
  path: '/v1/tenants/{id}',
  operationId: 'removeTenant',
  summary: 'Delete a tenant with everything it owns',
  request: { params: idParams },
  responses: { 204: { description: 'The tenant is gone.' } },
});

export function registerRemoveTenant(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    const { id } = c.req.valid('param');
    if (id === principalOf(c).tenantId) throw new AppError('CONFLICT', 'The default tenant cannot be deleted.');
    const isGone = isId('tenant', id) && (await deps.identities.removeTenant(id));
    if (!isGone) throw tenantNotFound();
    return c.body(null, 204);
  });
}
