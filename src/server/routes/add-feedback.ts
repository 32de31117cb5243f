import { z } from '@hono/zod-openapi';
import { answerIdOf, answerNotFound } from '../answer-events.ts';
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

export function registerAddFeedback(app: App, { answers, idempotency }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const feedback = c.req.valid('json');
    const id = answerIdOf(c.req.valid('param').id);
    await once(c, idempotency, {
      request: feedback,
      make: async () => {
        if (!(await answers.addFeedback(principalOf(c), id, feedback))) throw answerNotFound();
        return {};
      },
    });
    return c.body(null, 204);
  });
}
