import type { SparseVector } from '../../documents.ts';

/** The inverted lists of the sparse side: for each term the rows that have it, with their weights. */
export interface Postings {
  /** Rows must ascend from call to call. */
  append(row: number, vector: SparseVector): void;
  /** Rows that are live and have the term. */
  documentFrequency(term: number, isLive: (row: number) => boolean): number;
  /** Adds `factor` times the weight of each row that has the term to `scores`. */
  accumulate(term: number, factor: number, scores: Float64Array): void;
  /** Renumbers the rows; those whose new number is -1 are left out. New numbers must ascend with the old ones. */
  renumber(newRows: Int32Array): void;
}

/** Lists of all terms, one after the other: those of `terms[i]` stand from `offsets[i]` to `offsets[i + 1]`. */
interface Segment {
  readonly terms: Int32Array;
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
  readonly weights: Float32Array;
}

/** Appended rows wait in a list; so many postings become a segment without waiting for a search. */
const mostPending = 250_000;

/** Typed arrays only: 8 bytes a posting. Segments are merged as they grow, like a log-structured merge tree. */
export function createPostings(): Postings {
  const segments: Segment[] = [];
  let pending: { row: number; vector: SparseVector }[] = [];
  let pendingPostings = 0;

  function flush(): void {
    if (pending.length === 0) return;
    segments.push(buildSegment(pending));
    pending = [];
    pendingPostings = 0;
    while (true) {
      const [older, newer] = segments.slice(-2);
      if (!older || !newer || older.rows.length > 2 * newer.rows.length) return;
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
    documentFrequency(term, isLive) {
      let count = 0;
      visitLists(term, ({ rows }, start, end) => {
        for (let index = start; index < end; index += 1) if (isLive(rows[index] ?? -1)) count += 1;
      });
      return count;
    },
    accumulate(term, factor, scores) {
      visitLists(term, ({ rows, weights }, start, end) => {
        for (let index = start; index < end; index += 1) {
          const row = rows[index] ?? 0;
          scores[row] = (scores[row] ?? 0) + factor * (weights[index] ?? 0);
        }
      });
    },
    renumber(newRows) {
      flush();
      const merged = segments.splice(0).reduce(mergeSegments, emptySegment);
      segments.push(renumberSegment(merged, newRows));
    },
  };
}

const emptySegment: Segment = {
  terms: new Int32Array(0),
  offsets: new Int32Array(1),
  rows: new Int32Array(0),
  weights: new Float32Array(0),
};

function buildSegment(entries: readonly { row: number; vector: SparseVector }[]): Segment {
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
  const total = offsets[terms.length] ?? 0;
  const rows = new Int32Array(total);
  const weights = new Float32Array(total);
  for (const { row, vector } of entries)
    for (const [index, term] of vector.indices.entries()) {
      const at = next.get(term) ?? 0;
      rows[at] = row;
      weights[at] = vector.values[index] ?? 0;
      next.set(term, at + 1);
    }
  return { terms, offsets, rows, weights };
}

/** Every row of `older` is below every row of `newer`, so lists of one term are put one after the other. */
function mergeSegments(older: Segment, newer: Segment): Segment {
  const total = older.rows.length + newer.rows.length;
  const terms = mergeTerms(older.terms, newer.terms);
  const offsets = new Int32Array(terms.length + 1);
  const rows = new Int32Array(total);
  const weights = new Float32Array(total);
  let filled = 0;
  const positions = new Map([
    [older, 0],
    [newer, 0],
  ]);
  for (const [index, term] of terms.entries()) {
    for (const segment of [older, newer]) {
      const at = positions.get(segment) ?? 0;
      if (segment.terms[at] !== term) continue;
      const start = segment.offsets[at] ?? 0;
      const end = segment.offsets[at + 1] ?? 0;
      rows.set(segment.rows.subarray(start, end), filled);
      weights.set(segment.weights.subarray(start, end), filled);
      filled += end - start;
      positions.set(segment, at + 1);
    }
    offsets[index + 1] = filled;
  }
  return { terms, offsets, rows, weights };
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

function renumberSegment(segment: Segment, newRows: Int32Array): Segment {
  const kept = segment.rows.reduce((sum, row) => sum + ((newRows[row] ?? -1) >= 0 ? 1 : 0), 0);
  const terms: number[] = [];
  const offsets = [0];
  const rows = new Int32Array(kept);
  const weights = new Float32Array(kept);
  let filled = 0;
  for (const [index, term] of segment.terms.entries()) {
    const before = filled;
    for (let at = segment.offsets[index] ?? 0; at < (segment.offsets[index + 1] ?? 0); at += 1) {
      const row = newRows[segment.rows[at] ?? 0] ?? -1;
      if (row < 0) continue;
      rows[filled] = row;
      weights[filled] = segment.weights[at] ?? 0;
      filled += 1;
    }
    if (filled === before) continue;
    terms.push(term);
    offsets.push(filled);
  }
  return { terms: Int32Array.from(terms), offsets: Int32Array.from(offsets), rows, weights };
}

function positionOf(term: number, terms: Int32Array): number {
  let low = 0;
  let high = terms.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = terms[middle] ?? 0;
    if (found === term) return middle;
    if (found < term) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
