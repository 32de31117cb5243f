import { z } from '@hono/zod-openapi';
import { documentStates } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { DocumentSchema, pageOf, pageQuery } from '../schemas.ts';

const tag = z.string().max(2201);
const Query = z.strictObject({
  ...pageQuery,
  // Whoever compares a folder with what is known reads all of it.
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  source: z.string().max(2000).optional(),
  state: z.enum(documentStates).optional(),
  tag: z
    .union([tag, z.array(tag).max(100)])
    .optional()
    .openapi({ description: '`key=value`; may be given more than once, all must match.' }),
});

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents',
  operationId: 'listDocuments',
  summary: 'List documents, newest first',
  request: { query: Query },
  responses: {
    200: {
      description: 'Documents, and how many passages of all documents still wait for their vector.',
      content: { 'application/json': { schema: pageOf(DocumentSchema).extend({ passagesWithoutVector: z.int() }) } },
    },
  },
});

export function registerListDocuments(app: App, { documents, passagesWaiting }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, source, state, tag: tags } = c.req.valid('query');
    const principal = principalOf(c);
    const listing = documents.list(principal, {
      limit,
      cursor,
      ...(source === undefined ? {} : { source }),
      ...(state === undefined ? {} : { state }),
      ...(tags === undefined ? {} : { tags: parseTags([tags].flat()) }),
    });
    const [page, passagesWithoutVector] = await Promise.all([listing, passagesWaiting(principal.tenantId)]);
    return c.json({ ...page, passagesWithoutVector }, 200);
  });
}

function parseTags(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new AppError('INVALID_REQUEST', 'A tag filter is written key=value.', {
        errors: [{ field: 'tag', expected: 'key=value', received: JSON.stringify(pair.slice(0, 60)) }],
      });
    }),
  );
}
