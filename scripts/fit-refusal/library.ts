import { type DocumentId, newId, type PassageId, passageId, type TenantId } from '../../src/domain/ids.ts';
import type { Passage } from '../../src/domain/passage.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { embedWindows } from '../../src/ingest/embed-windows.ts';
import type { CountTokens, Embedder } from '../../src/models/embedder.ts';
import { createRetrieve } from '../../src/retrieve/retrieve-passages.ts';
import type { PassageWindow, PreparedPassage } from '../../src/store/documents.ts';
import { decodeWindows, encodeWindows } from '../../src/store/postgres/documents/window-bytes.ts';
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
  const windows = new Map<PassageId, PassageWindow[]>();
  for (let start = 0; start < stored.length; start += passagesAtOnce) {
    const batch = stored.slice(start, start + passagesAtOnce);
    const vectors = await embedder.embedDocuments(
      batch.map((row) => row.embeddingText),
      signal,
    );
    const texts = batch.map(({ passage, embeddingText: text, embeddingHash }) => ({
      ...passage,
      tenantId: tenant,
      embeddingHash,
      text,
    }));
    for (const [position, { windows: own }] of (await embedWindows(embedder, texts, signal)).entries()) {
      const row = batch[position];
      const bytes = encodeWindows(own, embedder.dimensions);
      if (row) windows.set(row.passage.id, decodeWindows(bytes, row.passage.text, embedder.dimensions));
    }
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
        return passage ? [{ ...passage, windows: windows.get(passage.id) ?? [] }] : [];
      }),
  };
  const retrieveWith = (by: Embedder) => createRetrieve({ index, embedder: by, documents: store, countTokens });
  return { tenant, index, documents: store, retrieve: retrieveWith(embedder), retrieveWith };
}

interface Row {
  readonly embeddingHash: string;
  readonly embeddingText: string;
  readonly passage: Passage;
  readonly point: IndexPoint;
}

function rowsOf(tenant: TenantId, documentId: DocumentId, { title, language, passages }: LibraryDocument): Row[] {
  return passages.map(({ sparse, embeddingText, embeddingHash, ...place }) => {
    const id = passageId(tenant, documentId, 1, place.ordinal);
    return {
      embeddingText,
      embeddingHash,
      passage: { ...place, id, documentId, version: 1, title, uri: null, updatedAt: '2026-01-01T00:00:00.000Z' },
      point: indexPoint({ id, documentId, language, title, sparse }),
    };
  });
}
