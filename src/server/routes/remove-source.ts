import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'delete',
  path: '/v1/sources/{id}',
  operationId: 'removeSource',
  summary: 'Remove a source',
  request: {
    params: idParams,
    query: z.strictObject({
      documents: z
        .enum(['keep', 'remove'])
        .default('keep')
        .openapi({ description: 'Whether its documents stay, as if they had been uploaded, or are hidden at once.' }),
    }),
  },
  responses: {
    200: {
      description: 'The source is gone.',
      content: { 'application/json': { schema: z.object({ documentsRemoved: z.int() }) } },
    },
  },
});

export function registerRemoveSource(app: App, { sources }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const id = sourceIdOf(c.req.valid('param').id);
    const withDocuments = c.req.valid('query').documents === 'remove';
    const documentsRemoved = await sources.remove(principalOf(c).tenantId, id, withDocuments);
    if (documentsRemoved === null) throw sourceNotFound();
    return c.json({ documentsRemoved }, 200);
  });
}
