import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { ObjectSchema } from '../../domain/object-schema.ts';
import { answerEventStream, answerIdOf, conversationIdOf, finishedAnswer } from '../answer-events.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerEventSchema, AnswerSchema, text } from '../schemas.ts';
import { answerOptions, startAnswer } from '../start-answer.ts';

const Body = z
  .strictObject({
    question: text(4000, 1),
    conversationId: z.string().max(100).optional(),
    editOf: z.string().max(100).optional().openapi({
      description:
        'An answer of the conversation: this question takes the place of its question on a branch of its own. The other branch stays.',
    }),
    stream: z.boolean().optional(),
    model: z.string().max(200).optional(),
    schema: ObjectSchema.clone().optional().openapi({
      description: 'The answer is wanted as this object too: each field with quotes of its own, or null with a reason.',
    }),
    ...answerOptions,
  })
  .refine(({ editOf, conversationId }) => editOf === undefined || conversationId !== undefined, {
    path: ['conversationId'],
    error: 'the conversation of `editOf`',
  })
  .openapi('AnswerRequest');

const headers = idempotencyHeaders.extend({
  'cache-control': z.string().max(200).optional().openapi({
    description:
      '`no-cache` has the answer computed anew, `no-store` also keeps it from being given to others. Without it an answer to the same question, from unchanged sources, may be given again: `cached` says so.',
  }),
});

const route = defineRoute(
  'read',
  {
    method: 'post',
    path: '/v1/answers',
    operationId: 'createAnswer',
    summary: 'Ask a question',
    description:
      'With `stream: true` or `Accept: text/event-stream` the events are sent as they happen. A disconnect does not stop the answer; `stop` does.',
    request: { headers, body: { required: true, content: { 'application/json': { schema: Body } } } },
    responses: {
      200: {
        description: 'The answer or the refusal, or its events.',
        content: { 'application/json': { schema: AnswerSchema }, 'text/event-stream': { schema: AnswerEventSchema } },
      },
    },
  },
  { isQuestion: true },
);

export function registerCreateAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { stream, model, conversationId, editOf, ...asked } = c.req.valid('json');
    const wantsEvents = stream ?? c.req.header('accept')?.includes('text/event-stream') ?? false;
    requireModel(deps, model);
    const conversation = conversationId === undefined ? null : conversationIdOf(conversationId);
    const edited = editOf === undefined ? null : answerIdOf(editOf);
    const { id } = await startAnswer(c, deps, { ...asked, model, conversationId: conversation, editOf: edited });
    if (wantsEvents) return await answerEventStream(c, deps, { id, after: -1 });
    return c.json(await finishedAnswer(c, deps, id), 200);
  });
}

function requireModel(deps: RouteDeps, model: string | undefined): void {
  const known = deps.models.join(' or ');
  if (model !== undefined && !deps.models.includes(model))
    throw new AppError('INVALID_REQUEST', `This server answers with ${known}.`, {
      errors: [{ field: 'model', expected: known, received: JSON.stringify(model) }],
    });
}
