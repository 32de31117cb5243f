import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { IndexComparisonSchema } from '../index-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';

const Body = z.strictObject({ questions: z.int().min(1).max(1_000).default(100) }).openapi('IndexComparisonRequest');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/index/compare',
  operationId: 'compareIndexes',
  summary: 'Ask the live and the next index the stored questions and compare the best 10 of each',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    200: { description: 'How they differ.', content: { 'application/json': { schema: IndexComparisonSchema } } },
  },
});

export function registerCompareIndexes(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    return c.json(await deps.indexAdministration.compare(c.req.valid('json').questions), 200);
  });
}
