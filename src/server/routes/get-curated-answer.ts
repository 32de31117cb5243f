import { type App, principalOf } from '../app-env.ts';
import { CuratedAnswerSchema, curatedIdOf } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { readCurated } from '../save-curated.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/curated-answers/{id}',
  operationId: 'getCuratedAnswer',
  summary: 'Show a reviewed answer',
  request: { params: idParams },
  responses: {
    200: { description: 'The curated answer.', content: { 'application/json': { schema: CuratedAnswerSchema } } },
  },
});

export function registerGetCuratedAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    return c.json(await readCurated(deps, principalOf(c), curatedIdOf(c.req.valid('param').id)), 200);
  });
}
