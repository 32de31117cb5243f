import { AppError } from '../../domain/errors.ts';
import { conversationIdOf } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'delete',
  path: '/v1/conversations/{id}',
  operationId: 'removeConversation',
  summary: 'Remove a conversation of one’s own',
  request: { params: idParams },
  responses: { 204: { description: 'The conversation is gone.' } },
});

export function registerRemoveConversation(app: App, { answers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const isGone = await answers.removeConversation(principalOf(c), conversationIdOf(c.req.valid('param').id));
    if (!isGone) throw new AppError('NOT_FOUND', 'There is no such conversation.');
    return c.body(null, 204);
  });
}
