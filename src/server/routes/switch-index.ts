import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { IndexStatusSchema } from '../index-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';

const Body = z
  .strictObject({
    to: z.enum(['next', 'previous']).openapi({ description: '`previous` goes back; it is kept for a day.' }),
  })
  .openapi('IndexSwitch');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/index/switch',
  operationId: 'switchIndex',
  summary: 'Make the next or the previous index the live one',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 200: { description: 'The index.', content: { 'application/json': { schema: IndexStatusSchema } } } },
});

export function registerSwitchIndex(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    return c.json(await deps.indexAdministration.switchTo(c.req.valid('json').to), 200);
  });
}
