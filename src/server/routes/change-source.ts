import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceChangeBody, SourceSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const route = defineRoute('write', {
  method: 'patch',
  path: '/v1/sources/{id}',
  operationId: 'changeSource',
  summary: 'Change a source',
  description:
    'What is left out stays. A new access list and new tags count for its documents at once; documents with a list of their own keep it.',
  request: {
    params: idParams,
    body: { required: true, content: { 'application/json': { schema: SourceChangeBody } } },
  },
  responses: { 200: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
});

export function registerChangeSource(app: App, { sources, sourceTrial, onSourceQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = sourceIdOf(c.req.valid('param').id);
    const { settings, credentials, acl, tags, schedule, removalLimit } = c.req.valid('json');
    if (settings) await sourceTrial.check({ settings, credentials: null, upload: null }, c.req.raw.signal);
    const given = Object.entries({ settings, credentials, acl, tags, schedule, removalLimit });
    const change = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const source = await sources.change(tenantId, id, change);
    if (!source) throw sourceNotFound();
    onSourceQueued();
    return c.json(source, 200);
  });
}
