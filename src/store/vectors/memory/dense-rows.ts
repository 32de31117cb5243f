import { createBestRows, type ScoredRow } from './best-rows.ts';
import { createQuantizedRows } from './quantized-rows.ts';

/** Unit vectors by row number; a row without one has no cosine. */
export interface DenseRows {
  /** Throws RangeError for a vector of other dimensions. */
  set(row: number, vector: Float32Array): void;
  clear(row: number): void;
  has(row: number): boolean;
  /** The vector of row `from`, or its absence, becomes that of row `to`, which is below. */
  move(from: number, to: number): void;
  /** Cosine in [-1, 1], right to 5e-5; null for a row without a vector. */
  cosine(query: Float32Array, row: number): number | null;
  /** The best `limit` of the rows below `count` that are allowed, best first. Throws RangeError as `set` does. */
  search(query: Float32Array, options: DenseSearchOptions): ScoredRow[];
}

export interface DenseSearchOptions {
  readonly count: number;
  readonly limit: number;
  /** 1 by row number where a row may be found, else 0. */
  readonly allowed: Uint8Array;
  /** Decides between rows of equal cosine. */
  precedes(row: number, other: number): boolean;
}

/** The first plane of the vectors is scanned; the error of that is bounded, so that no row of the true best is missed. */
export function createDenseRows(dimensions: number): DenseRows {
  const vectors = createQuantizedRows(dimensions);
  let approximate = new Float32Array(0);

  function checkDimensions(vector: Float32Array): void {
    if (vector.length !== dimensions)
      throw new RangeError(`a vector of ${vector.length} dimensions for an index of ${dimensions}`);
  }

  const cosineOf = (query: Float32Array, row: number) => Math.min(1, Math.max(-1, vectors.product(query, row)));

  return {
    set(row, vector) {
      checkDimensions(vector);
      vectors.set(row, vector);
    },
    clear: vectors.clear,
    has: vectors.has,
    move: vectors.move,
    cosine: (query, row) => (vectors.has(row) ? cosineOf(query, row) : null),
    search(query, { count, limit, allowed, precedes }) {
      checkDimensions(query);
      if (approximate.length < count) approximate = new Float32Array(Math.ceil(count * 1.25));
      const error = vectors.scan(query, count, approximate);
      const nearest = createBestRows(limit, (row, other) => row < other);
      let threshold = nearest.threshold();
      for (let row = 0; row < count; row += 1) {
        if ((approximate[row] ?? 0) <= threshold || allowed[row] !== 1) continue;
        nearest.offer(row, approximate[row] ?? 0);
        threshold = nearest.threshold();
      }
      // A row of the true best may seem worse than the last of these by its own error and by that one's.
      const least = Math.max(threshold - 2 * error, -Number.MAX_VALUE);
      const best = createBestRows(limit, precedes);
      for (let row = 0; row < count; row += 1)
        if ((approximate[row] ?? 0) >= least && allowed[row] === 1) best.offer(row, cosineOf(query, row));
      return best.take();
    },
  };
}
