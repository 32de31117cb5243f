import { z } from '@hono/zod-openapi';
import { answerIdOf, visibleAnswer } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const FollowUps = z
  .object({
    items: z
      .array(z.object({ question: z.string(), documentId: z.string(), title: z.string(), heading: z.string() }))
      .readonly(),
  })
  .openapi('FollowUps');

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/answers/{id}/follow-ups',
  operationId: 'listFollowUps',
  summary: 'Questions to go on with',
  description:
    'Up to three, on the sections beside those that the answer quotes. Each was tried: it is answered, with something new, under the same filter and the tenant’s settings. They are made when they are asked for, so that no answer waits for them.',
  request: { params: idParams },
  responses: {
    200: {
      description: 'The questions; none for an answer that is not finished.',
      content: { 'application/json': { schema: FollowUps } },
    },
  },
});

export function registerListFollowUps(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const answer = await visibleAnswer(c, deps, c.req.valid('param').id);
    if (answer.state !== 'finished') return c.json({ items: [] }, 200);
    const principal = principalOf(c);
    const record = await deps.answers.record(principal, answerIdOf(answer.id));
    const settings = await deps.tenantSettings.read(principal.tenantId);
    // Records that do not say how they were asked are older than filters.
    const answered = { answer, principal, filter: record?.parameters?.filter ?? null, settings };
    return c.json({ items: await deps.suggestFollowUps(answered, c.req.raw.signal) }, 200);
  });
}
