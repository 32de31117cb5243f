import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { DocumentSchema, idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents/{id}',
  operationId: 'getDocument',
  summary: 'Read what is known of a document',
  request: { params: idParams },
  responses: { 200: { description: 'The document.', content: { 'application/json': { schema: DocumentSchema } } } },
});

export function registerGetDocument(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const document = await documents.get(principalOf(c), documentIdOf(c.req.valid('param').id));
    if (!document) throw documentNotFound();
    return c.json(document, 200);
  });
}
