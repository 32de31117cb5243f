import { z } from '@hono/zod-openapi';
import { type App, type AppContext, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { unixSeconds } from '../openai/chat-completion.ts';
import { openAiErrors } from '../openai/error-response.ts';
import { configuredModel, modelNotFound } from '../openai/model-names.ts';
import type { RouteDeps } from '../route-deps.ts';

const Model = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .openapi('Model');

const list = defineRoute(
  'read',
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    summary: 'List the names that completions and embeddings take',
    responses: {
      200: {
        description:
          '`footnote`, which is whatever the server is set up with, what writes the answers, and the embedder for keys with its scope.',
        content: { 'application/json': { schema: z.object({ object: z.literal('list'), data: z.array(Model) }) } },
      },
    },
  },
  { errors: openAiErrors },
);

const single = defineRoute(
  'read',
  {
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'getModel',
    summary: 'Read one of these names',
    request: { params: z.strictObject({ model: z.string() }) },
    responses: { 200: { description: 'The model.', content: { 'application/json': { schema: Model } } } },
  },
  { errors: openAiErrors },
);

export function registerListModels(app: App, deps: RouteDeps): void {
  const created = unixSeconds(deps.now().toISOString());
  const models = (c: AppContext) => {
    const mayEmbed = principalOf(c).scopes.includes('embeddings');
    const ids = new Set([configuredModel, ...deps.models, ...(mayEmbed ? [deps.embedder.id] : [])]);
    return [...ids].map((id) => ({ id, object: 'model' as const, created, owned_by: 'footnote' }));
  };
  app.openapi(list, (c) => c.json({ object: 'list' as const, data: models(c) }, 200));
  app.openapi(single, (c) => {
    const { model } = c.req.valid('param');
    const known = models(c);
    const found = known.find(({ id }) => id === model);
    if (!found)
      throw modelNotFound(
        model,
        known.map(({ id }) => id),
      );
    return c.json(found, 200);
  });
}
