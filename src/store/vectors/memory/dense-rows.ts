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
  /** Cosine in [-1, 1], exact to float32 rounding; null for a row without a vector. */
  cosine(query: Float32Array, row: number): number | null;
  /** The exact best `limit` of the rows below `count` that are allowed, best first. Throws RangeError as `set` does. */
  search(query: Float32Array, options: DenseSearchOptions): ScoredRow[];
}

export interface DenseSearchOptions {
  readonly count: number;
  readonly limit: number;
  isAllowed(row: number): boolean;
  /** Decides between rows of equal cosine. */
  precedes(row: number, other: number): boolean;
}

/** Rows of a block of float32 vectors: memory grows by 0.4 MB at 384 dimensions. */
const rowsPerChunk = 256;

/**
 * Vectors are held twice: as 8-bit integers, which are scanned, and as float32, from which the best are scored.
 * The scan's error is bounded, so that no row of the true best is missed.
 */
export function createDenseRows(dimensions: number): DenseRows {
  const quantized = createQuantizedRows(dimensions);
  const chunks: Float32Array[] = [];
  let approximate = new Float32Array(0);

  function vectorOf(row: number): Float32Array {
    const at = Math.floor(row / rowsPerChunk);
    while (chunks.length <= at) chunks.push(new Float32Array(rowsPerChunk * dimensions));
    const start = (row % rowsPerChunk) * dimensions;
    return (chunks[at] ?? new Float32Array(0)).subarray(start, start + dimensions);
  }

  function checkDimensions(vector: Float32Array): void {
    if (vector.length !== dimensions)
      throw new RangeError(`a vector of ${vector.length} dimensions for an index of ${dimensions}`);
  }

  function set(row: number, vector: Float32Array): void {
    checkDimensions(vector);
    vectorOf(row).set(vector);
    quantized.set(row, vector);
  }

  function exactCosine(query: Float32Array, row: number): number {
    const vector = vectorOf(row);
    let sum = 0;
    for (let index = 0; index < dimensions; index += 1) sum += (vector[index] ?? 0) * (query[index] ?? 0);
    return Math.min(1, Math.max(-1, sum));
  }

  return {
    set,
    clear: quantized.clear,
    has: quantized.has,
    move(from, to) {
      vectorOf(to).set(vectorOf(from));
      quantized.move(from, to);
    },
    cosine: (query, row) => (quantized.has(row) ? exactCosine(query, row) : null),
    search(query, { count, limit, isAllowed, precedes }) {
      checkDimensions(query);
      if (approximate.length < count) approximate = new Float32Array(count + rowsPerChunk);
      approximate.fill(Number.NEGATIVE_INFINITY, 0, count);
      const nearest = createBestRows(limit, (row, other) => row < other);
      const error = quantized.scan(query, count, (row, product) => {
        if (!isAllowed(row)) return;
        approximate[row] = product;
        if (product > nearest.threshold()) nearest.offer(row, product);
      });
      // A row of the true best may seem worse than the last of these by its own error and by that one's.
      const least = Math.max(nearest.threshold() - 2 * error, -Number.MAX_VALUE);
      const best = createBestRows(limit, precedes);
      for (let row = 0; row < count; row += 1)
        if ((approximate[row] ?? 0) >= least) best.offer(row, exactCosine(query, row));
      return best.take();
    },
  };
}
