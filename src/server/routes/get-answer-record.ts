import { answerIdOf, answerNotFound } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerRecordSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}/record',
  operationId: 'getAnswerRecord',
  summary: 'How an answer came about: passages, scores, prompt versions, refusal features',
  request: { params: idParams },
  responses: { 200: { description: 'The record.', content: { 'application/json': { schema: AnswerRecordSchema } } } },
});

export function registerGetAnswerRecord(app: App, { answers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const record = await answers.record(principalOf(c), answerIdOf(c.req.valid('param').id));
    if (!record) throw answerNotFound();
    return c.json(record, 200);
  });
}
