import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { GlossarySchema, text } from '../schemas.ts';

const Body = z
  .strictObject({
    terms: z
      .array(z.strictObject({ term: text(100, 1), synonyms: z.array(text(100, 1)).min(1).max(20) }))
      .max(2000)
      .refine(
        (terms) => new Set(terms.map(({ term }) => term.toLowerCase())).size === terms.length,
        'each term once, whatever its capitals',
      ),
  })
  .openapi('GlossaryRequest');

const route = defineRoute('write', {
  method: 'put',
  path: '/v1/glossary',
  operationId: 'replaceGlossary',
  summary: 'Replace the glossary',
  description:
    'The whole list in place of the one before. A question that finds little is searched with another word of its group too.',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    200: { description: 'The glossary as it is now.', content: { 'application/json': { schema: GlossarySchema } } },
  },
});

export function registerReplaceGlossary(app: App, { glossary }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    await glossary.replace(tenantId, c.req.valid('json').terms);
    return c.json({ terms: await glossary.list(tenantId) }, 200);
  });
}
