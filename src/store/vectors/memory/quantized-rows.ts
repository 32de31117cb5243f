import { readFileSync } from 'node:fs';

/**
 * Vectors by row number, each as two planes of 8-bit integers: the first is scanned by a WebAssembly kernel, the second holds what the
 * first has lost, so that a product of both is right to 5e-5 for vectors of unit length. 2 bytes a dimension.
 */
export interface QuantizedRows {
  set(row: number, vector: Float32Array): void;
  clear(row: number): void;
  has(row: number): boolean;
  /** Row `to`, which is below `from`, becomes what row `from` is. */
  move(from: number, to: number): void;
  /** Dot product of the row, which must have a vector, with the query. */
  product(query: Float32Array, row: number): number;
  /**
   * Writes the dot product by the first plane of each row below `count` to `results`, -Infinity for a row without a vector.
   * Returns how far off these are from `product` at most, for vectors of unit length.
   */
  scan(query: Float32Array, count: number, results: Float32Array): number;
}

type DotProducts = (query: number, dimensions: number, rows: number, count: number, results: number) => void;

const pageBytes = 65_536;
/** Page 0 holds the query (16-bit, at most 8 kB) and the products of one block. */
const resultsAt = 16_384;
const rowsPerBlock = 4_096;
const rowsAt = pageBytes;
const rowLimit = 127;
/** A step of the first plane is this many of the second. */
const finer = 254;
/** Rows of a block of the second plane: memory grows by 0.1 MB at 384 dimensions. */
const rowsPerChunk = 256;

let compiled: WebAssembly.Module | null = null;

function openKernel(): { memory: WebAssembly.Memory; dotProducts: DotProducts } {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./dot-products.wasm', import.meta.url)));
  const { memory, dotProducts } = new WebAssembly.Instance(compiled).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof dotProducts !== 'function')
    throw new Error('dot-products.wasm lacks an export.');
  return { memory, dotProducts: dotProducts as DotProducts };
}

export function createQuantizedRows(dimensions: number): QuantizedRows {
  const width = Math.ceil(dimensions / 16) * 16;
  // The sum of all products of a row and the query must fit 32 bits.
  const queryLimit = Math.min(32_767, Math.floor((2 ** 31 - 1) / (rowLimit * width)));
  const { memory, dotProducts } = openKernel();
  let coarse = new Int8Array(memory.buffer, rowsAt);
  const fine: Int8Array[] = [];
  /** Size of one step of the first plane of each row; 0: the row has no vector. */
  let scales = new Float32Array(256);
  let largestError = 0;

  function makeRoom(row: number): void {
    const missing = rowsAt + (row + 1) * width - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageBytes));
      coarse = new Int8Array(memory.buffer, rowsAt);
    }
    while (fine.length * rowsPerChunk <= row) fine.push(new Int8Array(rowsPerChunk * dimensions));
    if (row < scales.length) return;
    const grown = new Float32Array(Math.max(row + 1, Math.ceil(scales.length * 1.5)));
    grown.set(scales);
    scales = grown;
  }

  function fineOf(row: number): Int8Array {
    const start = (row % rowsPerChunk) * dimensions;
    return (fine[Math.floor(row / rowsPerChunk)] ?? new Int8Array(0)).subarray(start, start + dimensions);
  }

  return {
    set(row, vector) {
      makeRoom(row);
      const scale = Math.fround(largestMagnitude(vector) / rowLimit);
      scales[row] = scale;
      if (scale === 0) return;
      const rest = fineOf(row);
      let lost = 0;
      for (let index = 0; index < dimensions; index += 1) {
        const steps = (vector[index] ?? 0) / scale;
        const rounded = Math.round(steps);
        coarse[row * width + index] = rounded;
        rest[index] = Math.round((steps - rounded) * finer);
        lost += ((steps - rounded) * scale) ** 2;
      }
      largestError = Math.max(largestError, Math.sqrt(lost));
    },
    clear(row) {
      if (row < scales.length) scales[row] = 0;
    },
    has: (row) => (scales[row] ?? 0) > 0,
    move(from, to) {
      scales[to] = scales[from] ?? 0;
      coarse.copyWithin(to * width, from * width, (from + 1) * width);
      if (from < fine.length * rowsPerChunk) fineOf(to).set(fineOf(from));
    },
    product(query, row) {
      const rest = fineOf(row);
      const start = row * width;
      let steps = 0;
      let finerSteps = 0;
      for (let index = 0; index < dimensions; index += 1) {
        const value = query[index] ?? 0;
        steps += value * (coarse[start + index] ?? 0);
        finerSteps += value * (rest[index] ?? 0);
      }
      return (scales[row] ?? 0) * (steps + finerSteps / finer);
    },
    scan(query, count, results) {
      const queryScale = largestMagnitude(query) / queryLimit || 1;
      const rounded = new Int16Array(memory.buffer, 0, width).fill(0);
      for (let index = 0; index < dimensions; index += 1) rounded[index] = Math.round((query[index] ?? 0) / queryScale);
      const products = new Int32Array(memory.buffer, resultsAt, rowsPerBlock);
      const reach = Math.min(count, scales.length, Math.floor(coarse.length / width));
      for (let first = 0; first < reach; first += rowsPerBlock) {
        const size = Math.min(rowsPerBlock, reach - first);
        dotProducts(0, width, rowsAt + first * width, size, resultsAt);
        for (let index = 0; index < size; index += 1) {
          const scale = scales[first + index] ?? 0;
          results[first + index] = scale > 0 ? (products[index] ?? 0) * scale * queryScale : Number.NEGATIVE_INFINITY;
        }
      }
      results.fill(Number.NEGATIVE_INFINITY, reach, count);
      // Cauchy-Schwarz on the rounding of the rows and of the query; the last term covers the second plane and float32.
      return largestError + queryScale * Math.sqrt(width) + 1e-4;
    },
  };
}

function largestMagnitude(vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}
