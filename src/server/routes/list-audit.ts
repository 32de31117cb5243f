import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { pageOf, pageQuery } from '../schemas.ts';
import { AuditEntrySchema } from '../settings-schemas.ts';

const route = defineRoute('admin', {
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAudit',
  summary: 'List who changed what, newest first',
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: {
      description: 'Entries, which nobody can change or take away.',
      content: { 'application/json': { schema: pageOf(AuditEntrySchema) } },
    },
  },
});

export function registerListAudit(app: App, { audit }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null } = c.req.valid('query');
    return c.json(await audit.list(principalOf(c).tenantId, { limit, cursor }), 200);
  });
}
