import { answerIdOf, answerNotFound, visibleAnswer } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { canonicalEvent } from '../canonical-answer.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerRecordSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}/record',
  operationId: 'getAnswerRecord',
  summary: 'How an answer came about',
  description:
    'Question and rewrite, passages with their scores, prompt versions, model, parameters, events, cost, times, and what each feature of the refusal model added to its logarithmic odds.',
  request: { params: idParams },
  responses: { 200: { description: 'The record.', content: { 'application/json': { schema: AnswerRecordSchema } } } },
});

export function registerGetAnswerRecord(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const id = answerIdOf(c.req.valid('param').id);
    const record = await deps.answers.record(principalOf(c), id);
    if (!record) throw answerNotFound();
    const { question, state, model, confidence, usage, cost, timings, createdAt } = await visibleAnswer(c, deps, id);
    const events = (await deps.answers.events(principalOf(c), id)) ?? [];
    const rewrite = record.standalone === question ? null : record.standalone;
    const { parameters = null, ...traced } = record;
    return c.json(
      {
        ...{ question, rewrite, ...traced, state, model, parameters },
        events: events.map(canonicalEvent),
        ...{ confidence, usage, cost, timings, createdAt },
      },
      200,
    );
  });
}
