import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { MetadataFieldSchema } from '../schemas.ts';

const Fields = z.object({ items: z.array(MetadataFieldSchema), nextCursor: z.null() });

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/metadata-fields',
  operationId: 'listMetadataFields',
  summary: 'List the declared fields of documents',
  responses: { 200: { description: 'Fields, by name.', content: { 'application/json': { schema: Fields } } } },
});

export function registerListMetadataFields(app: App, { metadataFields }: RouteDeps): void {
  app.openapi(route, async (c) =>
    c.json({ items: await metadataFields.list(principalOf(c).tenantId), nextCursor: null }, 200),
  );
}
