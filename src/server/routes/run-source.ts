import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceRunSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const Body = z.strictObject({ dryRun: z.boolean().default(false) }).openapi('SourceRunRequest');

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources/{id}/runs',
  operationId: 'runSource',
  summary: 'Look at a source now',
  description:
    'A run that waits already is given back. With `dryRun` nothing is written, and the run says what would be.',
  request: { params: idParams, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    202: { description: 'The run, which is queued.', content: { 'application/json': { schema: SourceRunSchema } } },
  },
});

export function registerRunSource(app: App, { sources, onSourceQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const asked = { trigger: 'asked', targets: null, ...c.req.valid('json') } as const;
    const run = await sources.queueRun(principalOf(c).tenantId, sourceIdOf(c.req.valid('param').id), asked);
    if (!run) throw sourceNotFound();
    onSourceQueued();
    return c.json(run, 202);
  });
}
