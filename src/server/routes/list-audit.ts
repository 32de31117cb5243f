import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery, text } from '../schemas.ts';
import { AuditEntrySchema } from '../settings-schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAudit',
  summary: 'List who changed what, newest first',
  request: {
    query: z.strictObject({
      ...pageQuery,
      action: text(100, 1).optional().openapi({ description: 'Only entries of this kind, such as `document.purged`.' }),
      documentId: text(100, 1).optional().openapi({
        description: 'Only entries about this document, such as the receipt of its removal.',
      }),
    }),
  },
  responses: {
    200: {
      description: 'Entries, which nobody can change or take away.',
      content: { 'application/json': { schema: pageOf(AuditEntrySchema) } },
    },
  },
});

export function registerListAudit(app: App, { audit }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { cursor = null, ...chosen } = c.req.valid('query');
    return c.json(await audit.list(principalOf(c).tenantId, { ...chosen, cursor }), 200);
  });
}
