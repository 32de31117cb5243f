import { z } from '@hono/zod-openapi';
import { answerIdOf, answerNotFound } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { FeedbackSchema } from './add-feedback.ts';

/** Nobody reads more of one answer. */
const mostFeedback = 100;

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}/feedback',
  operationId: 'listFeedback',
  summary: 'What was said of an answer',
  description: 'The newest first, 100 at most; to those who may read the answer.',
  request: { params: idParams },
  responses: {
    200: {
      description: 'The feedback.',
      content: {
        'application/json': {
          schema: z.object({ items: z.array(FeedbackSchema.extend({ createdAt: z.iso.datetime() })) }),
        },
      },
    },
  },
});

export function registerListFeedback(app: App, { answers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const items = await answers.feedback(principalOf(c), answerIdOf(c.req.valid('param').id), mostFeedback);
    if (!items) throw answerNotFound();
    return c.json({ items }, 200);
  });
}
