import { type App, principalOf } from '../app-env.ts';
import { CuratedAnswerChange, CuratedAnswerSchema, curatedIdOf, sourcesOf } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { readCurated, saveCurated, withChange } from '../save-curated.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'patch',
  path: '/v1/curated-answers/{id}',
  operationId: 'changeCuratedAnswer',
  summary: 'Change a reviewed answer',
  description: 'What is left out stays. The answer is confirmed by it, against the current versions of its sources.',
  request: {
    params: idParams,
    body: { required: true, content: { 'application/json': { schema: CuratedAnswerChange } } },
  },
  responses: {
    200: { description: 'The curated answer.', content: { 'application/json': { schema: CuratedAnswerSchema } } },
  },
});

export function registerChangeCuratedAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const before = await readCurated(deps, principalOf(c), curatedIdOf(c.req.valid('param').id));
    const { sources, ...change } = c.req.valid('json');
    const changed = withChange(before, { ...change, ...(sources ? { sources: sourcesOf(sources) } : {}) });
    return c.json(await saveCurated(deps, principalOf(c), changed), 200);
  });
}
