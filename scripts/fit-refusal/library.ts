import { type DocumentId, newId, type PassageId, passageId, type TenantId } from '../../src/domain/ids.ts';
import type { Passage } from '../../src/domain/passage.ts';
import type { Principal } from '../../src/domain/principal.ts';
import type { CountTokens, Embedder } from '../../src/models/embedder.ts';
import { createFoldStage } from '../../src/retrieve/fold-duplicates.ts';
import { createRetrieve } from '../../src/retrieve/retrieve-passages.ts';
import type { PreparedPassage } from '../../src/store/documents.ts';
import type { IndexPoint } from '../../src/store/vector-index.ts';
import { createMemoryIndex } from '../../src/store/vectors/memory/memory-index.ts';
import { indexPoint } from '../../test/index-point.ts';

export interface LibraryDocument {
  readonly title: string;
  readonly language: string | null;
  readonly passages: readonly Omit<PreparedPassage, 'id'>[];
}

const passagesAtOnce = 64;

/** Documents that are searched as the product searches them, without a database. */
export async function openLibrary(
  documents: readonly LibraryDocument[],
  { embedder, countTokens, signal }: { embedder: Embedder; countTokens: CountTokens; signal: AbortSignal },
) {
  const tenant: TenantId = newId('tenant');
  const stored = documents.flatMap((document) => rowsOf(tenant, newId('document'), document));
  const points: IndexPoint[] = [];
  for (let start = 0; start < stored.length; start += passagesAtOnce) {
    const batch = stored.slice(start, start + passagesAtOnce);
    const vectors = await embedder.embedDocuments(
      batch.map((row) => row.embeddingText),
      signal,
    );
    for (const [index, { point }] of batch.entries()) points.push({ ...point, dense: vectors[index] ?? null });
  }
  const ids = [...new Set(points.map((point) => point.documentId))];
  const changes = ids.map((documentId) => ({ documentId, version: 1, passages: 1, embedded: 1 }));
  const index = createMemoryIndex({
    embedder,
    rows: {
      generation: async () => 1,
      changesSince: async () => ({ generation: 1, changes }),
      async *points(_tenant, _embedder, wanted) {
        const asked = new Set(wanted);
        yield points.filter((point) => asked.has(point.documentId));
      },
    },
  });
  const byId = new Map(stored.map((row) => [row.passage.id, row.passage]));
  const store = {
    hasDocuments: async () => stored.length > 0,
    readPassages: async (_principal: Principal, wanted: readonly string[]) =>
      wanted.flatMap((id) => {
        const passage = byId.get(id as PassageId);
        return passage ? [passage] : [];
      }),
  };
  const retrieveWith = (by: Embedder) =>
    createRetrieve({ index, embedder: by, documents: store, countTokens, stages: [createFoldStage()] });
  return { tenant, index, documents: store, retrieve: retrieveWith(embedder), retrieveWith };
}

interface Row {
  readonly embeddingText: string;
  readonly passage: Passage;
  readonly point: IndexPoint;
}

/** What every passage of the library has alike. */
const shared = { externalId: 'library', uri: null, tags: {}, updatedAt: '2026-01-01T00:00:00.000Z' };

function rowsOf(tenant: TenantId, documentId: DocumentId, { title, language, passages }: LibraryDocument): Row[] {
  return passages.map(({ sparse, embeddingText, embeddingHash: _hash, ...place }) => {
    const id = passageId(tenant, documentId, 1, place.ordinal);
    return {
      embeddingText,
      passage: { ...place, ...shared, id, documentId, version: 1, title, language },
      point: indexPoint({ id, documentId, language, title, sparse }),
    };
  });
}
