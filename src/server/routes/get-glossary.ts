import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { GlossarySchema } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/glossary',
  operationId: 'getGlossary',
  summary: 'Show the glossary',
  responses: {
    200: {
      description: 'Words that mean the same in this tenant.',
      content: { 'application/json': { schema: GlossarySchema } },
    },
  },
});

export function registerGetGlossary(app: App, { glossary }: RouteDeps): void {
  app.openapi(route, async (c) => c.json({ terms: await glossary.list(principalOf(c).tenantId) }, 200));
}
