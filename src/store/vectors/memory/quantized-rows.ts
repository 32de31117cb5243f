import { readFileSync } from 'node:fs';

/** Vectors rounded to 8 bits by row number, and a WebAssembly kernel that multiplies all of them with a query. */
export interface QuantizedRows {
  set(row: number, vector: Float32Array): void;
  clear(row: number): void;
  has(row: number): boolean;
  /** Row `to`, which is below `from`, becomes what row `from` is. */
  move(from: number, to: number): void;
  /**
   * Calls `visit` with the approximate dot product of each row below `count` that has a vector.
   * Returns how far off these are at most, for vectors of unit length.
   */
  scan(query: Float32Array, count: number, visit: (row: number, product: number) => void): number;
}

type DotProducts = (query: number, dimensions: number, rows: number, count: number, results: number) => void;

const pageBytes = 65_536;
/** Page 0 holds the query (16-bit, at most 8 kB) and the products of one block. */
const resultsAt = 16_384;
const rowsPerBlock = 4_096;
const rowsAt = pageBytes;
const rowLimit = 127;

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
  let integers = new Int8Array(memory.buffer, rowsAt);
  /** Size of one integer step of each row; 0: the row has no vector. */
  let scales = new Float32Array(256);
  let largestError = 0;

  function makeRoom(row: number): void {
    const missing = rowsAt + (row + 1) * width - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageBytes));
      integers = new Int8Array(memory.buffer, rowsAt);
    }
    if (row < scales.length) return;
    const grown = new Float32Array(Math.max(row + 1, scales.length * 2));
    grown.set(scales);
    scales = grown;
  }

  return {
    set(row, vector) {
      makeRoom(row);
      const scale = Math.fround(largestMagnitude(vector) / rowLimit);
      scales[row] = scale;
      if (scale === 0) return;
      let lost = 0;
      for (let index = 0; index < dimensions; index += 1) {
        const value = vector[index] ?? 0;
        const rounded = Math.round(value / scale);
        integers[row * width + index] = rounded;
        lost += (value - rounded * scale) ** 2;
      }
      largestError = Math.max(largestError, Math.sqrt(lost));
    },
    clear(row) {
      if (row < scales.length) scales[row] = 0;
    },
    has: (row) => (scales[row] ?? 0) > 0,
    move(from, to) {
      scales[to] = scales[from] ?? 0;
      integers.copyWithin(to * width, from * width, (from + 1) * width);
    },
    scan(query, count, visit) {
      const queryScale = largestMagnitude(query) / queryLimit || 1;
      const rounded = new Int16Array(memory.buffer, 0, width).fill(0);
      for (let index = 0; index < dimensions; index += 1) rounded[index] = Math.round((query[index] ?? 0) / queryScale);
      const products = new Int32Array(memory.buffer, resultsAt, rowsPerBlock);
      const reach = Math.min(count, scales.length, Math.floor(integers.length / width));
      for (let first = 0; first < reach; first += rowsPerBlock) {
        const size = Math.min(rowsPerBlock, reach - first);
        dotProducts(0, width, rowsAt + first * width, size, resultsAt);
        for (let index = 0; index < size; index += 1) {
          const scale = scales[first + index] ?? 0;
          if (scale > 0) visit(first + index, (products[index] ?? 0) * scale * queryScale);
        }
      }
      // Cauchy-Schwarz on the rounding of the rows and of the query; the last term covers float32.
      return largestError + queryScale * Math.sqrt(width) + 1e-5;
    },
  };
}

function largestMagnitude(vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}
