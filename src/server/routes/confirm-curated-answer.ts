import { type App, principalOf } from '../app-env.ts';
import { CuratedAnswerConfirmation, CuratedAnswerSchema, curatedIdOf } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { readCurated, saveCurated, withChange } from '../save-curated.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/curated-answers/{id}/confirm',
  operationId: 'confirmCuratedAnswer',
  summary: 'Say that a reviewed answer still holds',
  description: 'It is bound to the current versions of its sources and used from the next question on.',
  request: {
    params: idParams,
    body: { required: true, content: { 'application/json': { schema: CuratedAnswerConfirmation } } },
  },
  responses: {
    200: { description: 'The curated answer.', content: { 'application/json': { schema: CuratedAnswerSchema } } },
  },
});

export function registerConfirmCuratedAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const before = await readCurated(deps, principalOf(c), curatedIdOf(c.req.valid('param').id));
    return c.json(await saveCurated(deps, principalOf(c), withChange(before, c.req.valid('json'))), 200);
  });
}
