import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'delete',
  path: '/v1/documents/{id}',
  operationId: 'removeDocument',
  summary: 'Remove a document',
  description: 'It is hidden at once; its rows and files follow.',
  request: { params: idParams },
  responses: { 204: { description: 'The document is gone.' } },
});

export function registerRemoveDocument(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const principal = principalOf(c);
    const id = documentIdOf(c.req.valid('param').id);
    // Who may not see a document may not learn from its removal that it exists.
    if (!(await documents.get(principal, id))) throw documentNotFound();
    if ((await documents.remove(principal.tenantId, [id])) === 0) throw documentNotFound();
    return c.body(null, 204);
  });
}
