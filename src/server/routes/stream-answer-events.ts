import { z } from '@hono/zod-openapi';
import { answerEventStream, answerIdOf, visibleAnswer } from '../answer-events.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerEventSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}/events',
  operationId: 'streamAnswerEvents',
  summary: 'Follow or resume the events of an answer',
  request: {
    params: idParams,
    headers: z.object({
      'last-event-id': z.coerce
        .number()
        .int()
        .min(0)
        .max(1_000_000_000)
        .optional()
        .openapi({ description: 'Sequence number of the last event that was received.' }),
    }),
  },
  responses: {
    200: {
      description: 'The events after the last one received.',
      content: { 'text/event-stream': { schema: AnswerEventSchema } },
    },
    204: { description: 'The answer is over and nothing is left to send.' },
  },
});

export function registerStreamAnswerEvents(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await visibleAnswer(c, deps, id);
    const after = c.req.valid('header')['last-event-id'] ?? -1;
    return await answerEventStream(c, deps, { id: answerIdOf(id), after });
  });
}
