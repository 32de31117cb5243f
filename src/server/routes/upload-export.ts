import { z } from '@hono/zod-openapi';
import { storeFile } from '../../ingest/store-file.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { safeFileName } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';
import { SourceSchema, sourceIdOf, sourceNotFound } from '../source-schemas.ts';

const Form = z
  .strictObject({ file: z.instanceof(File).openapi({ type: 'string', format: 'binary' }) })
  .openapi('ExportForm');

const route = defineRoute(
  'write',
  {
    method: 'put',
    path: '/v1/sources/{id}/export',
    operationId: 'uploadExport',
    summary: 'Upload the export that a source reads from now on',
    description: 'For sources of exports whose settings name no path. The next run compares it with what is known.',
    request: { params: idParams, body: { required: true, content: { 'multipart/form-data': { schema: Form } } } },
    responses: { 200: { description: 'The source.', content: { 'application/json': { schema: SourceSchema } } } },
  },
  { takesFiles: true },
);

export function registerUploadExport(app: App, { sources, objects }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = sourceIdOf(c.req.valid('param').id);
    if (!(await sources.get(tenantId, id))) throw sourceNotFound();
    const { file } = c.req.valid('form');
    const bytes = new Uint8Array(await file.arrayBuffer());
    const fileName = safeFileName(file.name);
    const source = await storeFile(objects, bytes, (stored) =>
      sources.setUpload(tenantId, id, { ...stored, fileName }),
    );
    if (!source) throw sourceNotFound();
    return c.json(source, 200);
  });
}
