import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { RankerStatusSchema } from '../ranker-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/ranker',
  operationId: 'getRanker',
  summary: 'Show which weights rank, and the verdict on them',
  responses: {
    200: { description: 'The ranker of the tenant.', content: { 'application/json': { schema: RankerStatusSchema } } },
  },
});

export function registerGetRanker(app: App, { rankerAdministration }: RouteDeps): void {
  app.openapi(route, async (c) => c.json(await rankerAdministration.show(principalOf(c)), 200));
}
