import { type DocumentId, type PassageId, passageId, type TenantId } from '../../src/domain/ids.ts';
import type { Passage } from '../../src/domain/passage.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { embedWindows } from '../../src/ingest/embed-windows.ts';
import type { CountTokens, Embedder } from '../../src/models/embedder.ts';
import { createFoldStage } from '../../src/retrieve/fold-duplicates.ts';
import { createRanker, rankedPassages } from '../../src/retrieve/rank/rank-passages.ts';
import { createRetrieve } from '../../src/retrieve/retrieve-passages.ts';
import type { PassageWindow, PreparedPassage, UnwindowedText } from '../../src/store/documents.ts';
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
/** Milliseconds: nobody waits for these answers, and a machine at work must not change them. */
const embedDeadline = 60_000;

/** Ties are settled by identifier: named by place and not by chance, so that a figure comes out the same twice. */
const tenant: TenantId = 'ten_00000000-0000-7000-8000-000000000000';
const documentIdAt = (index: number): DocumentId =>
  `doc_00000000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;

/** Documents that are searched as the product searches them, without a database. `ids` are those of the documents, in order. */
export async function openLibrary(
  documents: readonly LibraryDocument[],
  { embedder, countTokens, signal }: { embedder: Embedder; countTokens: CountTokens; signal: AbortSignal },
) {
  const ids = documents.map((_, index) => documentIdAt(index));
  const stored = documents.flatMap((document, index) => rowsOf(tenant, documentIdAt(index), document));
  const points: IndexPoint[] = [];
  for (let start = 0; start < stored.length; start += passagesAtOnce) {
    const batch = stored.slice(start, start + passagesAtOnce);
    const texts = batch.map(({ text }) => text.text);
    const vectors = await embedder.embedDocuments(texts, signal);
    for (const [index, { point }] of batch.entries()) points.push({ ...point, dense: vectors[index] ?? null });
  }
  const changes = ids.map((documentId) => ({ documentId, version: 1, passages: 1, embedded: 1 }));
  const index = createMemoryIndex({
    embedder,
    rows: {
      changesSince: async () => ({ generation: 1, changes }),
      async *points(_tenant, _embedder, wanted) {
        const asked = new Set(wanted.map(({ documentId }) => documentId));
        yield points.filter((point) => asked.has(point.documentId));
      },
    },
  });
  const byId = new Map(stored.map((row) => [row.passage.id, row]));
  const windowsOf = createWindowReader(embedder, signal);
  const store = {
    content: async () => null,
    hasDocuments: async () => stored.length > 0,
    async readPassages(_principal: Principal, wanted: readonly PassageId[]) {
      const rows = wanted.flatMap((id) => byId.get(id) ?? []);
      const windows = await windowsOf(rows.slice(0, rankedPassages));
      return rows.map(({ passage }) => ({ ...passage, windows: windows.get(passage.id) ?? [] }));
    },
  };
  const retrieveWith = (by: Embedder, stages = [createRanker({ index, embedder: by }), createFoldStage()]) =>
    createRetrieve({ index, embedder: by, documents: store, countTokens, stages, embedDeadline });
  return { tenant, ids, index, documents: store, retrieve: retrieveWith(embedder), retrieveWith };
}

/** Windows are embedded when their passage is first read: most passages of a large set never are. */
function createWindowReader(embedder: Embedder, signal: AbortSignal) {
  const windows = new Map<PassageId, PassageWindow[]>();
  return async (rows: readonly Row[]): Promise<ReadonlyMap<PassageId, PassageWindow[]>> => {
    const missing = rows.filter(({ passage }) => !windows.has(passage.id));
    const texts = missing.map(({ text }) => text);
    for (const [index, { windows: own }] of (await embedWindows(embedder, texts, signal)).entries()) {
      const passage = missing[index]?.passage;
      const bytes = encodeWindows(own, embedder.dimensions);
      if (passage) windows.set(passage.id, decodeWindows(bytes, passage.text, embedder.dimensions));
    }
    return windows;
  };
}

interface Row {
  readonly text: UnwindowedText;
  readonly passage: Passage;
  readonly point: IndexPoint;
}

/** What every passage of the library has alike. */
const shared = { externalId: 'library', uri: null, tags: {}, updatedAt: '2026-01-01T00:00:00.000Z' };

function rowsOf(tenant: TenantId, documentId: DocumentId, { title, language, passages }: LibraryDocument): Row[] {
  return passages.map(({ sparse, embeddingText: text, embeddingHash, ...place }) => {
    const id = passageId(tenant, documentId, 1, place.ordinal);
    return {
      text: { tenantId: tenant, embeddingHash, text, title, headingPath: place.headingPath },
      passage: { ...place, ...shared, id, documentId, version: 1, title, language },
      point: indexPoint({ id, documentId, language, title, sparse }),
    };
  });
}
