import type { SparseVector } from '../../documents.ts';
import { positionOf } from '../term-position.ts';

/** The inverted lists of the sparse side: for each term the rows that have it, with their weights. */
export interface Postings {
  /** Rows must ascend from call to call. */
  append(row: number, vector: SparseVector): void;
  /** Rows that have the term and are live: 1 in `live` by row number; null: all are. */
  documentFrequency(term: number, live: Uint8Array | null): number;
  /** Adds `factor` times the weight of each row that has the term to `scores`. */
  accumulate(term: number, factor: number, scores: Float64Array): void;
  /** Renumbers the rows; those whose new number is -1 are left out. New numbers must ascend with the old ones. */
  renumber(newRows: Int32Array): void;
}

/** Lists of all terms, one after the other: those of `terms[i]` stand from `offsets[i]` to `offsets[i + 1]`. */
interface Segment {
  readonly terms: Int32Array;
  readonly offsets: Int32Array;
  /** The first row; `rows` count from here. */
  readonly base: number;
  readonly rows: Uint16Array;
  /** Steps of `weightStep`. */
  readonly weights: Uint16Array;
}

interface Posting {
  readonly row: number;
  readonly vector: SparseVector;
}

/** Appended rows wait in a list; so many postings become a segment without waiting for a search. */
const mostPending = 250_000;
/** A segment's rows are numbered by 16 bits. */
const widestSegment = 65_536;
/** Weights from 0 to 4; a BM25 term weighs at most 2.2. */
const weightStep = 2 ** -14;
const largestWeight = 65_535;

/** Typed arrays only: 4 bytes a posting. Segments are merged as they grow, like a log-structured merge tree. */
export function createPostings(): Postings {
  let segments: Segment[] = [];
  let pending: Posting[] = [];
  let pendingPostings = 0;

  function flush(): void {
    for (const stretch of stretchesOf(pending)) addSegment(buildSegment(stretch));
    pending = [];
    pendingPostings = 0;
  }

  function addSegment(added: Segment): void {
    segments.push(added);
    while (true) {
      const [older, newer] = segments.slice(-2);
      if (!older || !newer || older.rows.length > 2 * newer.rows.length) return;
      if (lastRow(newer) - older.base >= widestSegment) return;
      segments.splice(-2, 2, mergeSegments(older, newer));
    }
  }

  /** Calls `visit` with each list of the term, as a range of a segment. */
  function visitLists(term: number, visit: (segment: Segment, start: number, end: number) => void): void {
    flush();
    for (const segment of segments) {
      const at = positionOf(term, segment.terms);
      if (at >= 0) visit(segment, segment.offsets[at] ?? 0, segment.offsets[at + 1] ?? 0);
    }
  }

  return {
    append(row, vector) {
      pending.push({ row, vector });
      pendingPostings += vector.indices.length;
      if (pendingPostings > mostPending) flush();
    },
    documentFrequency(term, live) {
      let count = 0;
      visitLists(term, ({ base, rows }, start, end) => {
        if (!live) count += end - start;
        else for (let index = start; index < end; index += 1) count += live[base + (rows[index] ?? 0)] ?? 0;
      });
      return count;
    },
    accumulate(term, factor, scores) {
      const step = factor * weightStep;
      visitLists(term, ({ base, rows, weights }, start, end) => {
        for (let index = start; index < end; index += 1) {
          const row = base + (rows[index] ?? 0);
          scores[row] = (scores[row] ?? 0) + step * (weights[index] ?? 0);
        }
      });
    },
    renumber(newRows) {
      flush();
      const before = segments;
      segments = [];
      for (const segment of before) {
        const renumbered = renumberSegment(segment, newRows);
        if (renumbered.rows.length > 0) addSegment(renumbered);
      }
    },
  };
}

/** Cuts the list where a segment's row numbers end. */
function stretchesOf(entries: readonly Posting[]): Posting[][] {
  const stretches: Posting[][] = [];
  for (const entry of entries) {
    const open = stretches.at(-1);
    if (open?.[0] && entry.row - open[0].row < widestSegment) open.push(entry);
    else stretches.push([entry]);
  }
  return stretches;
}

function buildSegment(entries: readonly Posting[]): Segment {
  const counts = new Map<number, number>();
  for (const { vector } of entries) for (const term of vector.indices) counts.set(term, (counts.get(term) ?? 0) + 1);
  const terms = Int32Array.from(counts.keys()).sort();
  const offsets = new Int32Array(terms.length + 1);
  const next = new Map<number, number>();
  for (const [index, term] of terms.entries()) {
    const start = offsets[index] ?? 0;
    next.set(term, start);
    offsets[index + 1] = start + (counts.get(term) ?? 0);
  }
  const base = entries[0]?.row ?? 0;
  const rows = new Uint16Array(offsets[terms.length] ?? 0);
  const weights = new Uint16Array(rows.length);
  for (const { row, vector } of entries)
    for (const [index, term] of vector.indices.entries()) {
      const at = next.get(term) ?? 0;
      rows[at] = row - base;
      weights[at] = Math.min(largestWeight, Math.max(1, Math.round((vector.values[index] ?? 0) / weightStep)));
      next.set(term, at + 1);
    }
  return { terms, offsets, base, rows, weights };
}

function lastRow({ base, rows }: Segment): number {
  let last = 0;
  for (const row of rows) if (row > last) last = row;
  return base + last;
}

/** Every row of `older` is below every row of `newer`, so lists of one term are put one after the other. */
function mergeSegments(older: Segment, newer: Segment): Segment {
  const total = older.rows.length + newer.rows.length;
  const terms = mergeTerms(older.terms, newer.terms);
  const offsets = new Int32Array(terms.length + 1);
  const rows = new Uint16Array(total);
  const weights = new Uint16Array(total);
  let filled = 0;
  let olderAt = 0;
  let newerAt = 0;
  const take = (segment: Segment, at: number) => {
    const shift = segment.base - older.base;
    for (let index = segment.offsets[at] ?? 0; index < (segment.offsets[at + 1] ?? 0); index += 1) {
      rows[filled] = (segment.rows[index] ?? 0) + shift;
      weights[filled] = segment.weights[index] ?? 0;
      filled += 1;
    }
  };
  for (const [index, term] of terms.entries()) {
    if (older.terms[olderAt] === term) take(older, olderAt++);
    if (newer.terms[newerAt] === term) take(newer, newerAt++);
    offsets[index + 1] = filled;
  }
  return { terms, offsets, base: older.base, rows, weights };
}

function mergeTerms(one: Int32Array, other: Int32Array): Int32Array {
  const merged = new Int32Array(one.length + other.length);
  let filled = 0;
  for (let at = 0, otherAt = 0; at < one.length || otherAt < other.length; filled += 1) {
    const term = one[at] ?? Number.POSITIVE_INFINITY;
    const otherTerm = other[otherAt] ?? Number.POSITIVE_INFINITY;
    merged[filled] = Math.min(term, otherTerm);
    if (term <= otherTerm) at += 1;
    if (otherTerm <= term) otherAt += 1;
  }
  return merged.slice(0, filled);
}

function renumberSegment({ base: oldBase, ...segment }: Segment, newRows: Int32Array): Segment {
  const newRowOf = (at: number) => newRows[oldBase + (segment.rows[at] ?? 0)] ?? -1;
  let kept = 0;
  let base = Number.POSITIVE_INFINITY;
  for (let at = 0; at < segment.rows.length; at += 1) {
    const row = newRowOf(at);
    if (row < 0) continue;
    kept += 1;
    base = Math.min(base, row);
  }
  const terms: number[] = [];
  const offsets = [0];
  const rows = new Uint16Array(kept);
  const weights = new Uint16Array(kept);
  let filled = 0;
  for (const [index, term] of segment.terms.entries()) {
    const before = filled;
    for (let at = segment.offsets[index] ?? 0; at < (segment.offsets[index + 1] ?? 0); at += 1) {
      const row = newRowOf(at);
      if (row < 0) continue;
      rows[filled] = row - base;
      weights[filled] = segment.weights[at] ?? 0;
      filled += 1;
    }
    if (filled === before) continue;
    terms.push(term);
    offsets.push(filled);
  }
  return { terms: Int32Array.from(terms), offsets: Int32Array.from(offsets), base, rows, weights };
}
