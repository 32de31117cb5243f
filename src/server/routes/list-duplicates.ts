import { z } from '@hono/zod-openapi';
import { canonicalOf } from '../../retrieve/canonical-document.ts';
import { documentVersion } from '../../retrieve/document-version.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, documentNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

/** From half of the passages on two documents are said to be one. */
const usualShare = 0.5;

const Duplicate = z
  .object({
    documentId: z.string(),
    source: z.string(),
    externalId: z.string(),
    uri: z.string().nullable(),
    title: z.string(),
    productVersion: z
      .string()
      .nullable()
      .openapi({ description: 'By its tag `version`, else a folder such as `7.4`, else what the file says.' }),
    share: z.number().openapi({ description: 'Common passages by the number of those of the longer document.' }),
  })
  .openapi('DuplicateDocument');

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/documents/{id}/duplicates',
  operationId: 'listDuplicates',
  summary: 'List the documents that say the same',
  description:
    'Documents that have passages in common with this one, word for word and under the same headings, those with most first, at most 100. The canonical one is of the newest product version, and of these the one that came first.',
  request: {
    params: idParams,
    query: z.strictObject({
      share: z.coerce.number().gt(0).max(1).default(usualShare).openapi({ description: 'The least share to list.' }),
    }),
  },
  responses: {
    200: {
      description: 'The others, and which of all is canonical.',
      content: {
        'application/json': { schema: z.object({ canonicalId: z.string(), items: z.array(Duplicate).readonly() }) },
      },
    },
  },
});

export function registerListDuplicates(app: App, { documents }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const id = documentIdOf(c.req.valid('param').id);
    const group = await documents.duplicates(principalOf(c), id, c.req.valid('query').share);
    if (!group) throw documentNotFound();
    const items = group
      .filter(({ documentId }) => documentId !== id)
      .map((document) => {
        const { tags: _tags, createdAt: _createdAt, statedVersion: _stated, ...item } = document;
        return { ...item, productVersion: documentVersion(document) };
      });
    return c.json({ canonicalId: canonicalOf(group)?.documentId ?? id, items }, 200);
  });
}
