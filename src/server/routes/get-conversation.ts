import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { answerIdOf, conversationIdOf } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { conversationMarkdown } from '../conversation-markdown.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { ConversationSchema, idParams, MessageSchema, pageQuery } from '../schemas.ts';

const Conversation = z.object({
  ...ConversationSchema.shape,
  messages: z.array(MessageSchema).readonly(),
  nextCursor: z.string().nullable(),
});

const branch = z.string().max(100).optional().openapi({
  description: 'The last answer of the branch to read; left out, the latest one.',
});

const single = defineRoute('read', {
  method: 'get',
  path: '/v1/conversations/{id}',
  operationId: 'getConversation',
  summary: 'Read a conversation with the messages of one branch, oldest first',
  description: '`alternatives` names the answers in the place of a message on all branches, which `branch` reads.',
  request: { params: idParams, query: z.strictObject({ ...pageQuery, branch }) },
  responses: {
    200: { description: 'The conversation.', content: { 'application/json': { schema: Conversation } } },
  },
});

const markdown = defineRoute('read', {
  method: 'get',
  path: '/v1/conversations/{id}/export',
  operationId: 'exportConversation',
  summary: 'Export one branch as Markdown, with quotes and sources',
  request: { params: idParams, query: z.strictObject({ branch }) },
  responses: { 200: { description: 'The document.', content: { 'text/markdown': { schema: z.string() } } } },
});

/** The last ones of a longer conversation. */
const answersExported = 500;

export function registerGetConversation(app: App, { answers }: RouteDeps): void {
  app.openapi(single, async (c) => {
    const { branch: leaf, limit, cursor = null } = c.req.valid('query');
    const options = { branch: leaf === undefined ? null : answerIdOf(leaf), limit, cursor };
    const id = conversationIdOf(c.req.valid('param').id);
    const conversation = await answers.conversation(principalOf(c), id, options);
    if (!conversation) throw notFound();
    const { items, nextCursor } = conversation.messages;
    return c.json({ ...conversation.summary, messages: items, nextCursor }, 200);
  });
  app.openapi(markdown, async (c) => {
    const { branch: leaf } = c.req.valid('query');
    const options = { branch: leaf === undefined ? null : answerIdOf(leaf), limit: answersExported };
    const found = await answers.branch(principalOf(c), conversationIdOf(c.req.valid('param').id), options);
    if (!found) throw notFound();
    const headers = {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="${found.summary.id}.md"`,
    };
    return c.body(conversationMarkdown(found.summary.title, found.answers), 200, headers);
  });
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such conversation.');
}
