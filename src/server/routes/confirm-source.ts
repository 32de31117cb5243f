import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceRunSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources/{id}/confirm',
  operationId: 'confirmSource',
  summary: 'Agree that documents of a source go',
  description:
    'For a source whose last run needs confirmation. It is looked at again; what is back stays, and when more is gone than was agreed to, it asks again.',
  request: { params: idParams },
  responses: {
    202: { description: 'The run, which is queued.', content: { 'application/json': { schema: SourceRunSchema } } },
  },
});

export function registerConfirmSource(app: App, { sources, onSourceQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const run = await sources.confirm(principalOf(c).tenantId, sourceIdOf(c.req.valid('param').id));
    if (!run) throw sourceNotFound();
    onSourceQueued();
    return c.json(run, 202);
  });
}
