import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/sources/{id}',
  operationId: 'getSource',
  summary: 'Show a source',
  request: { params: idParams },
  responses: { 200: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
});

export function registerGetSource(app: App, { sources }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const source = await sources.get(principalOf(c).tenantId, sourceIdOf(c.req.valid('param').id));
    if (!source) throw sourceNotFound();
    return c.json(source, 200);
  });
}
