import { z } from '@hono/zod-openapi';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const mostTexts = 5_000;

const Body = z
  .strictObject({
    texts: z
      .array(
        z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256, hexadecimal'), tokens: z.int().min(0) }),
      )
      .max(mostTexts),
  })
  .openapi('EstimateRequest');

const Estimate = z
  .object({
    passages: z.int().openapi({ description: 'Of these texts, those that have no vector yet.' }),
    tokens: z.int(),
    cost: z.number().nullable().openapi({ description: 'US dollars; null where the price is not known.' }),
    embedder: z.string(),
  })
  .openapi('EmbeddingEstimate');

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/documents/estimate',
  operationId: 'estimateDocuments',
  summary: 'Say what embedding texts would take',
  description:
    'Nothing is stored. `footnote ingest --dry-run` reads the files itself and sends the hash of each text that would be embedded.',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 200: { description: 'What is missing.', content: { 'application/json': { schema: Estimate } } } },
});

export function registerEstimateDocuments(app: App, { estimateEmbedding }: RouteDeps): void {
  app.openapi(route, async (c) =>
    c.json(await estimateEmbedding(principalOf(c).tenantId, c.req.valid('json').texts), 200),
  );
}
