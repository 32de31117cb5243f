import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources/{id}/resume',
  operationId: 'resumeSource',
  summary: 'Resume a source',
  description: 'A run that was stopped goes on.',
  request: { params: idParams },
  responses: { 200: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
});

export function registerResumeSource(app: App, { sources, onSourceQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = sourceIdOf(c.req.valid('param').id);
    await sources.setPaused(tenantId, id, false);
    const source = await sources.get(tenantId, id);
    if (!source) throw sourceNotFound();
    onSourceQueued();
    return c.json(source, 200);
  });
}
