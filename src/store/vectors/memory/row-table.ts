import type { DocumentId, PassageId } from '../../../domain/ids.ts';
import type { IndexFilter, IndexPoint } from '../../vector-index.ts';
import { createMatcher, type Payload } from './match-filter.ts';

export interface Row {
  readonly id: PassageId;
  readonly version: number;
  /** Tells whether a point that comes again has the same words. */
  readonly fingerprint: number;
}

/** Which passage each row number holds, and of which document. Removed rows keep their number until all are numbered anew. */
export interface RowTable {
  /** Row numbers run from 0 to this. */
  end(): number;
  /** Rows that are not removed. */
  live(): number;
  at(row: number): Row | null;
  rowOf(passage: { readonly id: PassageId; readonly documentId: DocumentId }): number | null;
  /** The passage must not be in the table. Returns its row number, the largest so far. */
  add(row: Row, payload: Payload): number;
  remove(row: number): void;
  rowsOf(document: DocumentId): number[];
  setPayload(payload: Payload): void;
  /** 1 by row number where the filter lets the row through, else 0; valid until the next call of any method. */
  allowed(filter: IndexFilter): Uint8Array;
  /** 1 by row number where the row is not removed, else 0; null when none is removed. */
  liveRows(): Uint8Array | null;
  /** The order of passages of equal score. */
  precedes(row: number, other: number): boolean;
  /** Closes the gaps; gives the new number of each old row, -1 for removed ones. Order stays. */
  renumber(): Int32Array;
}

interface HeldDocument {
  readonly rows: Map<PassageId, number>;
  payload: Payload;
}

/** Columns instead of an object a row: about 130 bytes a passage, most of them its identifier. */
interface Columns {
  readonly ids: (PassageId | null)[];
  readonly documents: (HeldDocument | null)[];
  versions: Int32Array;
  fingerprints: Int32Array;
  /** 1: the row holds a passage. */
  live: Uint8Array;
}

const emptyColumns = (): Columns => ({
  ids: [],
  documents: [],
  versions: new Int32Array(0),
  fingerprints: new Int32Array(0),
  live: new Uint8Array(0),
});

export function createRowTable(): RowTable {
  const documents = new Map<DocumentId, HeldDocument>();
  let columns = emptyColumns();
  let live = 0;
  let mask = new Uint8Array(0);

  function push({ id, version, fingerprint }: Row, document: HeldDocument): number {
    const row = columns.ids.push(id) - 1;
    columns.documents.push(document);
    if (row >= columns.live.length) widen(columns, Math.ceil((row + 64) * 1.25));
    columns.versions[row] = version;
    columns.fingerprints[row] = fingerprint;
    columns.live[row] = 1;
    document.rows.set(id, row);
    return row;
  }

  return {
    end: () => columns.ids.length,
    live: () => live,
    at: (row) => rowAt(columns, row),
    rowOf: ({ id, documentId }) => documents.get(documentId)?.rows.get(id) ?? null,
    add(row, payload) {
      const document = documents.get(payload.documentId) ?? { rows: new Map(), payload: payloadOf(payload) };
      documents.set(payload.documentId, document);
      live += 1;
      return push(row, document);
    },
    remove(row) {
      const id = columns.ids[row];
      const document = columns.documents[row];
      if (!id || !document) return;
      columns.ids[row] = null;
      columns.documents[row] = null;
      columns.live[row] = 0;
      live -= 1;
      document.rows.delete(id);
      if (document.rows.size === 0) documents.delete(document.payload.documentId);
    },
    rowsOf: (document) => [...(documents.get(document)?.rows.values() ?? [])],
    setPayload(payload) {
      const document = documents.get(payload.documentId);
      if (document) document.payload = payloadOf(payload);
    },
    allowed(filter) {
      if (filter.clause === null && filter.grants === null) return columns.live;
      const matches = createMatcher(filter);
      if (mask.length < columns.live.length) mask = new Uint8Array(columns.live.length);
      mask.fill(0);
      for (const { rows, payload } of documents.values())
        if (matches(payload)) for (const row of rows.values()) mask[row] = 1;
      return mask;
    },
    liveRows: () => (live === columns.ids.length ? null : columns.live),
    precedes: (row, other) => (columns.ids[row] ?? '') < (columns.ids[other] ?? ''),
    renumber() {
      const before = columns;
      const newNumbers = new Int32Array(before.ids.length).fill(-1);
      columns = emptyColumns();
      for (const [row, document] of before.documents.entries()) {
        const held = rowAt(before, row);
        if (held && document) newNumbers[row] = push(held, document);
      }
      return newNumbers;
    },
  };
}

function rowAt({ ids, versions, fingerprints }: Columns, row: number): Row | null {
  const id = ids[row];
  return id ? { id, version: versions[row] ?? 0, fingerprint: fingerprints[row] ?? 0 } : null;
}

function widen(columns: Columns, rows: number): void {
  const { versions, fingerprints, live } = columns;
  columns.versions = new Int32Array(rows);
  columns.versions.set(versions);
  columns.fingerprints = new Int32Array(rows);
  columns.fingerprints.set(fingerprints);
  columns.live = new Uint8Array(rows);
  columns.live.set(live);
}

/** Only the payload: a point's vectors must not stay alive with it. */
function payloadOf(payload: Payload): Payload {
  const { documentId, source, acl, tags, language, title, uri, createdAt, updatedAt, metadata } = payload;
  return { documentId, source, acl, tags, language, title, uri, createdAt, updatedAt, metadata };
}

/** FNV-1a over the term ids and their weights in 16-bit fixed point. */
export function fingerprintOf({ sparse: { indices, values } }: Pick<IndexPoint, 'sparse'>): number {
  let hash = 0x811c9dc5;
  for (const [position, index] of indices.entries()) {
    hash = Math.imul(hash ^ index, 0x01000193);
    hash = Math.imul(hash ^ Math.round((values[position] ?? 0) * 0x10000), 0x01000193);
  }
  return hash;
}
