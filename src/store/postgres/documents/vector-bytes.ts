import type { SparseVector } from '../../documents.ts';

/** n term ids (int32), then n weights (float32), little-endian. */
export function encodeSparse({ indices, values }: SparseVector): Uint8Array {
  const bytes = new Uint8Array(indices.byteLength + values.byteLength);
  bytes.set(bytesOf(indices), 0);
  bytes.set(bytesOf(values), indices.byteLength);
  return bytes;
}

export function decodeSparse(bytes: Uint8Array): SparseVector {
  const length = bytes.byteLength / 8;
  const { buffer, byteOffset } = aligned(bytes);
  return {
    indices: new Int32Array(buffer, byteOffset, length),
    values: new Float32Array(buffer, byteOffset + length * 4, length),
  };
}

/** float32, little-endian, as every machine that Node runs on keeps them. */
export function encodeDense(vector: Float32Array): Uint8Array {
  return bytesOf(vector);
}

export function decodeDense(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = aligned(bytes);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function bytesOf(array: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
