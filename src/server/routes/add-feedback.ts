import { z } from '@hono/zod-openapi';
import type { Answer } from '../../domain/answer.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import { answerIdOf, answerNotFound, visibleAnswer } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, text } from '../schemas.ts';

export const FeedbackSchema = z
  .strictObject({
    rating: z.enum(['up', 'down']),
    reasons: z.array(text(100, 1)).max(20).readonly().optional(),
    comment: text(4000).optional(),
    sentence: z.int().min(0).optional(),
    quote: z.int().min(1).optional(),
    expected: text(4000).optional(),
  })
  .openapi('Feedback');

const route = defineRoute('read', {
  method: 'post',
  path: '/v1/answers/{id}/feedback',
  operationId: 'addFeedback',
  summary: 'Say whether an answer was right',
  request: {
    params: idParams,
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: FeedbackSchema } } },
  },
  responses: { 204: { description: 'The feedback is stored.' } },
});

export function registerAddFeedback(app: App, deps: RouteDeps): void {
  const { answers, idempotency } = deps;
  app.openapi(route, async (c) => {
    const feedback = c.req.valid('json');
    const id = answerIdOf(c.req.valid('param').id);
    await once(c, idempotency, {
      request: feedback,
      make: async () => {
        requireParts(await visibleAnswer(c, deps, id), feedback);
        if (!(await answers.addFeedback(principalOf(c), id, feedback))) throw answerNotFound();
        return {};
      },
    });
    return c.body(null, 204);
  });
}

/** Feedback on what the answer does not have would teach the ranking nothing, and nobody would notice. */
function requireParts({ sentences, quotes }: Answer, { sentence, quote }: z.output<typeof FeedbackSchema>): void {
  const errors: FieldError[] = [];
  if (sentence !== undefined && sentence >= sentences.length)
    errors.push({
      field: 'sentence',
      expected: sentences.length === 0 ? 'nothing: the answer has no sentence' : `0 to ${sentences.length - 1}`,
      received: String(sentence),
    });
  if (quote !== undefined && !quotes.some(({ number }) => number === quote))
    errors.push({
      field: 'quote',
      expected: quotes.length === 0 ? 'nothing: the answer has no quote' : `a number from 1 to ${quotes.length}`,
      received: String(quote),
    });
  if (errors.length > 0)
    throw new AppError('INVALID_REQUEST', 'The answer does not have what the feedback is about.', { errors });
}
