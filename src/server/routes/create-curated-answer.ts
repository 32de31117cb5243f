import { newId } from '../../domain/ids.ts';
import { type App, principalOf } from '../app-env.ts';
import { CuratedAnswerBody, CuratedAnswerSchema, sourcesOf } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { saveCurated } from '../save-curated.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/curated-answers',
  operationId: 'createCuratedAnswer',
  summary: 'Add a reviewed answer to a question',
  description:
    'Whoever asks this question, in one of its wordings, gets the answer word for word, as long as its sources stay as they are and the reader ' +
    'may open them all.',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: CuratedAnswerBody } } },
  },
  responses: {
    201: {
      description: 'The curated answer; its document is queued.',
      content: { 'application/json': { schema: CuratedAnswerSchema } },
    },
  },
});

export function registerCreateCuratedAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const content = { ...body, sources: sourcesOf(body.sources) };
    const make = () =>
      saveCurated(deps, principalOf(c), { ...content, id: newId('curatedAnswer', deps.now().getTime()) });
    return c.json(await once(c, deps.idempotency, { request: body, make }), 201);
  });
}
