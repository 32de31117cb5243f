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
  rowOf(id: PassageId): number | null;
  /** The passage must not be in the table. Returns its row number, the largest so far. */
  add(row: Row, payload: Payload): number;
  remove(row: number): void;
  rowsOf(document: DocumentId): number[];
  setPayload(payload: Payload): void;
  /** From now on `isAllowed` says which rows the filter lets through. */
  apply(filter: IndexFilter): void;
  isLive(row: number): boolean;
  isAllowed(row: number): boolean;
  /** The order of passages of equal score. */
  precedes(row: number, other: number): boolean;
  /** Closes the gaps; gives the new number of each old row, -1 for removed ones. Order stays. */
  renumber(): Int32Array;
}

interface HeldDocument {
  readonly rows: Set<number>;
  payload: Payload;
  isAllowed: boolean;
}

type HeldRow = Row & { readonly document: HeldDocument };

export function createRowTable(): RowTable {
  const documents = new Map<DocumentId, HeldDocument>();
  const numbers = new Map<PassageId, number>();
  let rows: (HeldRow | null)[] = [];

  return {
    end: () => rows.length,
    live: () => numbers.size,
    at: (row) => rows[row] ?? null,
    rowOf: (id) => numbers.get(id) ?? null,
    add({ id, version, fingerprint }, payload) {
      const document = documents.get(payload.documentId) ?? {
        rows: new Set<number>(),
        payload: payloadOf(payload),
        isAllowed: true,
      };
      documents.set(payload.documentId, document);
      const number = rows.push({ id, version, fingerprint, document }) - 1;
      document.rows.add(number);
      numbers.set(id, number);
      return number;
    },
    remove(row) {
      const held = rows[row];
      if (!held) return;
      rows[row] = null;
      numbers.delete(held.id);
      held.document.rows.delete(row);
      if (held.document.rows.size === 0) documents.delete(held.document.payload.documentId);
    },
    rowsOf: (document) => [...(documents.get(document)?.rows ?? [])],
    setPayload(payload) {
      const document = documents.get(payload.documentId);
      if (document) document.payload = payloadOf(payload);
    },
    apply(filter) {
      const matches = createMatcher(filter);
      for (const document of documents.values()) document.isAllowed = matches(document.payload);
    },
    isLive: (row) => rows[row] !== null,
    isAllowed: (row) => rows[row]?.document.isAllowed === true,
    precedes: (row, other) => (rows[row]?.id ?? '') < (rows[other]?.id ?? ''),
    renumber() {
      const newNumbers = new Int32Array(rows.length).fill(-1);
      const kept: HeldRow[] = [];
      for (const document of documents.values()) document.rows.clear();
      for (const [row, held] of rows.entries()) {
        if (!held) continue;
        const number = kept.push(held) - 1;
        newNumbers[row] = number;
        numbers.set(held.id, number);
        held.document.rows.add(number);
      }
      rows = kept;
      return newNumbers;
    },
  };
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
