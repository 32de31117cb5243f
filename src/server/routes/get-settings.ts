import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { TenantSettingsSchema } from '../settings-schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/settings',
  operationId: 'getSettings',
  summary: 'Show the settings of the tenant',
  responses: {
    200: { description: 'Guards and limits.', content: { 'application/json': { schema: TenantSettingsSchema } } },
  },
});

export function registerGetSettings(app: App, { tenantSettings }: RouteDeps): void {
  app.openapi(route, async (c) => c.json(await tenantSettings.read(principalOf(c).tenantId), 200));
}
