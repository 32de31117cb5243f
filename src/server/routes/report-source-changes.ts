import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, text } from '../schemas.ts';
import { SourceRunSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const Body = z.strictObject({ externalIds: z.array(text(2000, 1)).min(1).max(1000) }).openapi('SourceChanges');

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources/{id}/changes',
  operationId: 'reportSourceChanges',
  summary: 'Say that documents of a source have changed',
  description:
    'A web hook: the named documents are fetched from the source now, whether they are new, changed or gone there.',
  request: { params: idParams, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    202: { description: 'The run, which is queued.', content: { 'application/json': { schema: SourceRunSchema } } },
  },
});

export function registerReportSourceChanges(app: App, { sources, onSourceQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { externalIds: targets } = c.req.valid('json');
    const asked = { trigger: 'change', dryRun: false, targets } as const;
    const run = await sources.queueRun(principalOf(c).tenantId, sourceIdOf(c.req.valid('param').id), asked);
    if (!run) throw sourceNotFound();
    onSourceQueued();
    return c.json(run, 202);
  });
}
