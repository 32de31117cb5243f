import { answerIdOf, visibleAnswer } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'post',
  path: '/v1/answers/{id}/stop',
  operationId: 'stopAnswer',
  summary: 'Stop an answer, the model call too',
  description: 'An answer that is already over stays as it is.',
  request: { params: idParams },
  responses: {
    200: { description: 'The answer as it ended.', content: { 'application/json': { schema: AnswerSchema } } },
  },
});

export function registerStopAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const before = await visibleAnswer(c, deps, id);
    if (before.state !== 'running') return c.json(before, 200);
    await deps.runs.stop(principalOf(c), answerIdOf(id));
    return c.json(await visibleAnswer(c, deps, id), 200);
  });
}
