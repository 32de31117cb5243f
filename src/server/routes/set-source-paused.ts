import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const changes = [
  {
    name: 'pause',
    isPaused: true,
    summary: 'Pause a source',
    description: 'It is not looked at until it is resumed; a run that is under way stops, and goes on then.',
  },
  { name: 'resume', isPaused: false, summary: 'Resume a source', description: 'A run that was stopped goes on.' },
] as const;

export function registerSetSourcePaused(app: App, deps: RouteDeps): void {
  for (const change of changes) registerOne(app, deps, change);
}

function registerOne(app: App, { sources, onSourceQueued }: RouteDeps, change: (typeof changes)[number]): void {
  const { name, isPaused, summary, description } = change;
  const route = defineRoute('write', {
    method: 'post',
    path: `/v1/sources/{id}/${name}`,
    operationId: `${name}Source`,
    summary,
    description,
    request: { params: idParams },
    responses: { 200: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
  });
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = sourceIdOf(c.req.valid('param').id);
    await sources.setPaused(tenantId, id, isPaused);
    const source = await sources.get(tenantId, id);
    if (!source) throw sourceNotFound();
    onSourceQueued();
    return c.json(source, 200);
  });
}
