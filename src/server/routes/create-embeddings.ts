import { z } from '@hono/zod-openapi';
import { type FieldError, invalidRequest } from '../../domain/errors.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { openAiErrors } from '../openai/error-response.ts';
import { requireEmbedder } from '../openai/model-names.ts';
import type { RouteDeps } from '../route-deps.ts';

const mostTexts = 512;
/** What a model reads beside the text itself, at its beginning and end. */
const specialTokens = 2;

const Text = z
  .string()
  .min(1)
  .overwrite((value) => value.toWellFormed());

const Body = z
  .strictObject({
    model: z.string().max(200),
    input: z.union(
      [Text, z.array(Text).min(1).max(mostTexts)],
      `a text, or a list of 1 to ${mostTexts} texts, none of them empty; token ids are not taken`,
    ),
    encoding_format: z.enum(['float', 'base64']).nullish(),
    dimensions: z.int().nullish().openapi({ description: 'Only those that the embedder has.' }),
    user: z.string().nullish(),
  })
  .openapi('EmbeddingsRequest');

const Embeddings = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]).openapi({
          description: 'A vector of unit length; with `base64`, its 32-bit floats, little-endian.',
        }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('Embeddings');

const route = defineRoute(
  'embeddings',
  {
    method: 'post',
    path: '/v1/embeddings',
    operationId: 'createEmbeddings',
    summary: 'Embed texts with the embedder of the documents',
    description: 'Nothing of it is stored. A text that the embedder would cut off is refused.',
    request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
    responses: { 200: { description: 'A vector a text.', content: { 'application/json': { schema: Embeddings } } } },
  },
  { errors: openAiErrors },
);

export function registerCreateEmbeddings(app: App, deps: RouteDeps): void {
  const { embedder } = deps;
  app.openapi(route, async (c) => {
    const { model, input, encoding_format, dimensions } = c.req.valid('json');
    requireEmbedder(deps, model);
    requireDimensions(embedder.dimensions, dimensions ?? null);
    const texts = typeof input === 'string' ? [input] : input;
    const tokens = texts.map(deps.countTokens);
    requireWhole(tokens, embedder.maxTokens - specialTokens);
    const vectors = await embedder.embedDocuments(texts, c.req.raw.signal);
    const encode = encoding_format === 'base64' ? toBase64 : (vector: Float32Array) => [...vector];
    const total = tokens.reduce((sum, count) => sum + count, 0);
    const data = vectors.map((vector, index) => ({
      object: 'embedding' as const,
      index,
      embedding: encode(vector),
    }));
    const usage = { prompt_tokens: total, total_tokens: total };
    return c.json({ object: 'list' as const, data, model, usage }, 200);
  });
}

function requireDimensions(own: number, asked: number | null): void {
  if (asked !== null && asked !== own)
    throw invalidRequest([
      { field: 'dimensions', expected: `${own}, which the embedder has, or nothing`, received: String(asked) },
    ]);
}

/** Throws INVALID_REQUEST naming each text that is longer than the embedder reads. */
function requireWhole(tokens: readonly number[], most: number): void {
  const errors = tokens.flatMap((count, index): FieldError[] =>
    count <= most ? [] : [{ field: `input.${index}`, expected: `at most ${most} tokens`, received: `${count} tokens` }],
  );
  if (errors.length > 0) throw invalidRequest(errors);
}

function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
