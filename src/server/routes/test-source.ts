import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { sourceIdOf, sourceNotFound, TrialSchema } from '../source-schemas.ts';

const longestMilliseconds = 60_000;

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/sources/{id}/test',
  operationId: 'testSource',
  summary: 'Fetch one document of a source and show how it is read',
  description: 'Nothing is kept. `document` is null when the source lists none.',
  request: { params: idParams },
  responses: {
    200: {
      description: 'The first document that could be read.',
      content: { 'application/json': { schema: z.object({ document: TrialSchema.nullable() }) } },
    },
  },
});

export function registerTestSource(app: App, { sources, sourceTrial }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const opening = await sources.opening(principalOf(c).tenantId, sourceIdOf(c.req.valid('param').id));
    if (!opening) throw sourceNotFound();
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(longestMilliseconds)]);
    return c.json({ document: await sourceTrial.test(opening, signal) }, 200);
  });
}
