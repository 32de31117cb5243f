import { visibleAnswer } from '../answer-events.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}',
  operationId: 'getAnswer',
  summary: 'Read a stored answer',
  request: { params: idParams },
  responses: { 200: { description: 'The answer.', content: { 'application/json': { schema: AnswerSchema } } } },
});

export function registerGetAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => c.json(await visibleAnswer(c, deps, c.req.valid('param').id), 200));
}
