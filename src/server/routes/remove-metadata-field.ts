import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('write', {
  method: 'delete',
  path: '/v1/metadata-fields/{name}',
  operationId: 'removeMetadataField',
  summary: 'Remove a declared field, with its values in all documents',
  request: { params: z.strictObject({ name: z.string().max(100) }) },
  responses: { 204: { description: 'The field is gone.' } },
});

export function registerRemoveMetadataField(app: App, { metadataFields }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const isRemoved = await metadataFields.remove(principalOf(c).tenantId, c.req.valid('param').name);
    if (!isRemoved) throw new AppError('NOT_FOUND', 'There is no such field.');
    return c.body(null, 204);
  });
}
