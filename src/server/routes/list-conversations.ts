import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { ConversationSchema, pageOf, pageQuery } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/conversations',
  operationId: 'listConversations',
  summary: 'List conversations, newest first',
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: 'Conversations.', content: { 'application/json': { schema: pageOf(ConversationSchema) } } },
  },
});

export function registerListConversations(app: App, { answers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null } = c.req.valid('query');
    return c.json(await answers.conversations(principalOf(c), { limit, cursor }), 200);
  });
}
