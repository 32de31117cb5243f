import { z } from '@hono/zod-openapi';
import { requireOperator } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/backup',
  operationId: 'getBackup',
  summary: 'All rows of all tenants as of one moment, and their raw files; what `footnote restore` takes',
  description: 'Only for administrators of the default tenant. Whole only when its last line says `end`.',
  responses: {
    200: {
      description: 'Gzipped lines of JSON.',
      content: { 'application/gzip': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
});

export function registerGetBackup(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    await requireOperator(c, deps);
    const backup = deps.makeBackup();
    // A database that is away is an error of the request, not a backup that ends too early.
    const body = streamOf(await backup.next(), backup);
    deps.log.info({ actor: c.get('principal')?.credential }, 'a backup of all tenants is taken');
    const name = `footnote-${deps.now().toISOString().slice(0, 10)}.jsonl.gz`;
    const headers = { 'content-type': 'application/gzip', 'content-disposition': `attachment; filename="${name}"` };
    return c.body(body, 200, headers);
  });
}

/** What came first, then the rest as it is taken; whoever goes away ends the backup, also before it took anything. */
function streamOf(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void>,
): ReadableStream<Uint8Array> {
  const pass = (controller: ReadableStreamDefaultController<Uint8Array>, next: IteratorResult<Uint8Array, void>) => {
    if (next.done) controller.close();
    else controller.enqueue(next.value);
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => pass(controller, first),
      pull: async (controller) => pass(controller, await rest.next()),
      cancel: async () => void (await rest.return()),
    },
    { highWaterMark: 0 },
  );
}
