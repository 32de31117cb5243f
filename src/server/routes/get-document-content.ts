import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents/{id}/content',
  operationId: 'getDocumentContent',
  summary: 'Read the parsed text that quotes point into',
  request: {
    params: idParams,
    query: z.strictObject({ version: z.coerce.number().int().min(1).max(2147483647).optional() }),
  },
  responses: {
    200: {
      description: 'The text of the version, the current one unless another was asked for.',
      content: {
        'application/json': { schema: z.object({ documentId: z.string(), version: z.int(), text: z.string() }) },
      },
    },
  },
});

export function registerGetDocumentContent(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const id = documentIdOf(c.req.valid('param').id);
    const content = await documents.content(principalOf(c), id, c.req.valid('query').version ?? null);
    if (!content) throw documentNotFound();
    return c.json({ documentId: id, version: content.version, text: content.text }, 200);
  });
}
