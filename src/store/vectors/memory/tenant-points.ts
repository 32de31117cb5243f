import type { DocumentId, PassageId } from '../../../domain/ids.ts';
import type { SparseVector } from '../../documents.ts';
import type { IndexCandidate, IndexPoint, IndexQuery } from '../../vector-index.ts';
import { createBestRows, type ScoredRow } from './best-rows.ts';
import { createDenseRows } from './dense-rows.ts';
import { createPostings } from './postings.ts';
import { createRowTable, fingerprintOf } from './row-table.ts';

/** All points of one tenant, in memory. Every method is synchronous, so that no search sees half a change. */
export interface TenantPoints {
  upsert(points: readonly IndexPoint[]): void;
  remove(filter: { documentId: DocumentId; versionBelow?: number }): void;
  /** Removes what the document has beside these passages. */
  keepOnly(documentId: DocumentId, passages: ReadonlySet<PassageId>): void;
  search(query: Pick<IndexQuery, 'dense' | 'sparse' | 'filter' | 'limit'>): IndexCandidate[];
  inverseDocumentFrequencies(terms: Int32Array): Float32Array;
  count(): number;
}

/** Removed rows are only marked; when they are many, all rows are numbered anew. */
const fewestRemoved = 1_000;
const largestRemovedShare = 0.25;

export function createTenantPoints(dimensions: number): TenantPoints {
  const table = createRowTable();
  const dense = createDenseRows(dimensions);
  const postings = createPostings();
  /** BM25 score of every row in the search in progress. */
  let scores = new Float64Array(0);

  function put(point: IndexPoint): void {
    const fingerprint = fingerprintOf(point);
    let row = table.rowOf(point);
    const held = row === null ? null : table.at(row);
    if (row !== null && (held?.fingerprint !== fingerprint || held.version !== point.version)) {
      drop(row);
      row = null;
    }
    if (row === null) {
      row = table.add({ id: point.id, version: point.version, fingerprint }, point);
      postings.append(row, point.sparse);
    }
    table.setPayload(point);
    if (point.dense) dense.set(row, point.dense);
    else dense.clear(row);
  }

  function drop(row: number): void {
    table.remove(row);
    dense.clear(row);
  }

  function dropRows(documentId: DocumentId, isDropped: (row: { id: PassageId; version: number }) => boolean): void {
    for (const row of table.rowsOf(documentId)) {
      const held = table.at(row);
      if (held && isDropped(held)) drop(row);
    }
    compactIfWorthIt();
  }

  function compactIfWorthIt(): void {
    const end = table.end();
    const removed = end - table.live();
    if (removed < fewestRemoved || removed < largestRemovedShare * end) return;
    const newRows = table.renumber();
    for (const [row, newRow] of newRows.entries()) if (newRow >= 0 && newRow !== row) dense.move(row, newRow);
    for (let row = table.end(); row < end; row += 1) dense.clear(row);
    postings.renumber(newRows);
  }

  function inverseDocumentFrequencies(terms: Int32Array): Float32Array {
    const live = table.live();
    const liveRows = table.liveRows();
    return Float32Array.from(terms, (term) => {
      const having = postings.documentFrequency(term, liveRows);
      return Math.log(1 + (live - having + 0.5) / (having + 0.5));
    });
  }

  /** Scores every row and returns the best that are allowed. */
  function searchWords(sparse: SparseVector, { limit, allowed }: { limit: number; allowed: Uint8Array }): ScoredRow[] {
    const end = table.end();
    if (scores.length < end) scores = new Float64Array(Math.ceil(end * 1.5));
    scores.fill(0, 0, end);
    const frequencies = inverseDocumentFrequencies(sparse.indices);
    for (const [index, term] of sparse.indices.entries())
      postings.accumulate(term, (frequencies[index] ?? 0) * (sparse.values[index] ?? 0), scores);
    const best = createBestRows(limit, table.precedes);
    let threshold = best.threshold();
    for (let row = 0; row < end; row += 1) {
      const score = scores[row] ?? 0;
      if (score <= 0 || score < threshold || allowed[row] !== 1) continue;
      best.offer(row, score);
      threshold = best.threshold();
    }
    return best.take();
  }

  return {
    upsert(points) {
      for (const point of points) put(point);
      compactIfWorthIt();
    },
    remove: ({ documentId, versionBelow = Number.POSITIVE_INFINITY }) =>
      dropRows(documentId, ({ version }) => version < versionBelow),
    keepOnly: (documentId, passages) => dropRows(documentId, ({ id }) => !passages.has(id)),
    search(query) {
      const { limit } = query;
      const allowed = table.allowed(query.filter);
      const byWords = query.sparse ? searchWords(query.sparse, { limit, allowed }) : [];
      const options = { count: table.end(), limit, allowed, precedes: table.precedes };
      const byMeaning = query.dense ? dense.search(query.dense, options) : [];
      const found = new Set([...byMeaning, ...byWords].map(({ row }) => row));
      return [...found].flatMap((row) => {
        const held = table.at(row);
        if (!held) return [];
        const cosine = query.dense ? dense.cosine(query.dense, row) : null;
        return [{ id: held.id, dense: cosine, sparse: query.sparse ? (scores[row] ?? 0) : null }];
      });
    },
    inverseDocumentFrequencies,
    count: table.live,
  };
}
