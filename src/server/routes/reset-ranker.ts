import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('admin', {
  method: 'delete',
  path: '/v1/ranker',
  operationId: 'resetRanker',
  summary: 'Go back to the shipped weights of the ranker',
  responses: { 204: { description: 'The shipped weights rank.' } },
});

export function registerResetRanker(app: App, { rankerAdministration }: RouteDeps): void {
  app.openapi(route, async (c) => {
    await rankerAdministration.reset(principalOf(c).tenantId);
    return c.body(null, 204);
  });
}
