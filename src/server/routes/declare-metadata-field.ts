import { z } from '@hono/zod-openapi';
import { fieldTypes } from '../../domain/filter.ts';
import { metadataNamePattern } from '../../domain/metadata.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { MetadataFieldSchema, text } from '../schemas.ts';

const Body = z
  .strictObject({ type: z.enum(fieldTypes), description: text(500).default('') })
  .openapi('MetadataFieldRequest');

const route = defineRoute('write', {
  method: 'put',
  path: '/v1/metadata-fields/{name}',
  operationId: 'declareMetadataField',
  summary: 'Declare a field that documents may hold and filters may name',
  description: 'The type can be changed only while no document holds a value.',
  request: {
    params: z.strictObject({ name: z.string().regex(metadataNamePattern) }),
    body: { required: true, content: { 'application/json': { schema: Body } } },
  },
  responses: {
    200: { description: 'The field.', content: { 'application/json': { schema: MetadataFieldSchema } } },
  },
});

export function registerDeclareMetadataField(app: App, { metadataFields }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid('param');
    const field = await metadataFields.declare(principalOf(c).tenantId, { name, ...c.req.valid('json') });
    return c.json(field, 200);
  });
}
