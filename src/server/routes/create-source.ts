import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { SourceBody, SourceSchema } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources',
  operationId: 'createSource',
  summary: 'Create a source',
  description: 'Credentials are kept and never shown again. With a schedule its first run comes at once.',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: SourceBody } } },
  },
  responses: { 201: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
});

export function registerCreateSource(app: App, { sources, sourceTrial, onSourceQueued, idempotency }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const source = await once(c, idempotency, {
      request: body,
      make: async () => {
        await sourceTrial.check({ ...body, upload: null }, c.req.raw.signal);
        return await sources.create(principalOf(c).tenantId, body);
      },
    });
    onSourceQueued();
    return c.json(source, 201);
  });
}
