import { type App, principalOf } from '../app-env.ts';
import { curatedIdOf, curatedNotFound } from '../curated-schemas.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { readCurated } from '../save-curated.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'delete',
  path: '/v1/curated-answers/{id}',
  operationId: 'removeCuratedAnswer',
  summary: 'Remove a reviewed answer',
  description: 'It is not used from the next question on; its rows and its file follow, as those of every document.',
  request: { params: idParams },
  responses: { 204: { description: 'The curated answer is gone.' } },
});

export function registerRemoveCuratedAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const principal = principalOf(c);
    const { documentId } = await readCurated(deps, principal, curatedIdOf(c.req.valid('param').id));
    if ((await deps.documents.remove(principal.tenantId, [documentIdOf(documentId)])) === 0) throw curatedNotFound();
    return c.body(null, 204);
  });
}
