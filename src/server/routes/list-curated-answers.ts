import { z } from '@hono/zod-openapi';
import { curatedStates } from '../../domain/curated-answer.ts';
import { type App, principalOf } from '../app-env.ts';
import { CuratedAnswerSchema } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/curated-answers',
  operationId: 'listCuratedAnswers',
  summary: 'List reviewed answers, newest first',
  description: 'Those whose sources all are the reader’s to open.',
  request: { query: z.strictObject({ ...pageQuery, state: z.enum(curatedStates).optional() }) },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: pageOf(CuratedAnswerSchema) } } },
  },
});

export function registerListCuratedAnswers(app: App, { curatedAnswers }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, state = null } = c.req.valid('query');
    return c.json(await curatedAnswers.list(principalOf(c), { limit, cursor, state }), 200);
  });
}
