import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, PassageSchema, pageOf, pageQuery } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents/{id}/passages',
  operationId: 'listPassages',
  summary: 'List the passages of the current version, in order',
  request: { params: idParams, query: z.strictObject(pageQuery) },
  responses: { 200: { description: 'Passages.', content: { 'application/json': { schema: pageOf(PassageSchema) } } } },
});

export function registerListPassages(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null } = c.req.valid('query');
    const page = await documents.passages(principalOf(c), documentIdOf(c.req.valid('param').id), limit, cursor);
    if (!page) throw documentNotFound();
    return c.json(page, 200);
  });
}
