import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { conversationIdOf } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { ConversationSchema, idParams, MessageSchema } from '../schemas.ts';

const Conversation = z.object({ ...ConversationSchema.shape, messages: z.array(MessageSchema) });

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/conversations/{id}',
  operationId: 'getConversation',
  summary: 'Read a conversation with its messages',
  request: { params: idParams },
  responses: {
    200: { description: 'The conversation.', content: { 'application/json': { schema: Conversation } } },
  },
});

export function registerGetConversation(app: App, { answers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const conversation = await answers.conversation(principalOf(c), conversationIdOf(c.req.valid('param').id));
    if (!conversation) throw new AppError('NOT_FOUND', 'There is no such conversation.');
    return c.json({ ...conversation.summary, messages: conversation.messages }, 200);
  });
}
