import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { RankerFittingSchema } from '../ranker-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';

const Body = z
  .strictObject({
    check: z.boolean().default(false).openapi({ description: 'Only judges; nothing is put into use.' }),
  })
  .openapi('RankerFitRequest');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/ranker/fit',
  operationId: 'fitRanker',
  summary: 'Fit the ranker to the feedback of the tenant',
  description:
    'Asks the judged questions anew and fits weights that are pulled towards the shipped ones. They are put into use only when questions that they were not fitted on rank no worse by them; the verdict says so with its figures.',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    200: { description: 'The verdict.', content: { 'application/json': { schema: RankerFittingSchema } } },
  },
});

export function registerFitRanker(app: App, { rankerAdministration }: RouteDeps): void {
  app.openapi(route, async (c) =>
    c.json(await rankerAdministration.fit(principalOf(c), c.req.valid('json'), c.req.raw.signal), 200),
  );
}
