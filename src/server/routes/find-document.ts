import { z } from '@hono/zod-openapi';
import { chooseDocument } from '../../retrieve/choose-document.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { DocumentSchema, text } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents/find',
  operationId: 'findDocument',
  summary: 'Find the one document of a name',
  description: 'A name that several documents have is `INVALID_REQUEST`, which lists them.',
  request: {
    query: z.strictObject({
      reference: text(4000, 1).openapi({
        description: 'Its id or the beginning of it, its external id, address, or title in any case.',
      }),
    }),
  },
  responses: { 200: { description: 'The document.', content: { 'application/json': { schema: DocumentSchema } } } },
});

export function registerFindDocument(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { reference } = c.req.valid('query');
    const principal = principalOf(c);
    const { id } = chooseDocument(await documents.find(principal, reference), reference, 'reference');
    const document = await documents.get(principal, id);
    if (!document) throw documentNotFound();
    return c.json(document, 200);
  });
}
