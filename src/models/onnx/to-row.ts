import { Tensor } from 'onnxruntime-node';

/** Numbers of one text as a model takes them: int64, one row. */
export function toRow(values: ArrayLike<number>): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
}
