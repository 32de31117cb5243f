import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFolder } from '../src/models/minilm/tokenizer.ts';

/*
 * A cross-encoder of a kilobyte: its logit is the number of word pieces that the question and the text share, minus three. It reads pairs as
 * larger ones do, with the vocabulary of the built-in embedder. Field numbers are those of onnx.proto (Apache-2.0, github.com/onnx/onnx).
 */

const [varintField, bytesField] = [0, 2];
const [floatType, int64Type] = [1, 7];

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
const number = (field: number, value: number) => [...varint(field * 8 + varintField), ...varint(value)];
function message(field: number, ...parts: readonly (readonly number[])[]): number[] {
  const bytes = parts.flat();
  return [...varint(field * 8 + bytesField), ...varint(bytes.length), ...bytes];
}
const text = (field: number, value: string) => message(field, [...Buffer.from(value)]);

/** A constant; `dimensions` is empty for a single number. */
function constant(name: string, type: number, values: Float32Array | BigInt64Array, dimensions: readonly number[]) {
  const raw = [...new Uint8Array(values.buffer)];
  return message(5, ...dimensions.map((size) => number(1, size)), number(2, type), text(8, name), message(9, raw));
}
function operation(name: string, inputs: readonly string[], output: string, attributes: readonly number[][] = []) {
  return message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(4, name), ...attributes);
}
const wholeNumber = (name: string, value: number) => message(5, text(1, name), number(3, value), number(20, 2));
const wholeNumbers = (name: string, value: number) => message(5, text(1, name), number(8, value), number(20, 7));
/** A place of the graph for a row of `columns` numbers; a name stands for any number of them. */
function place(field: number, name: string, type: number, columns: string) {
  const sizes = message(2, message(1, number(1, 1)), message(1, text(2, columns)));
  return message(field, text(1, name), message(2, message(1, number(1, type), sizes)));
}

const sharedPieces = [
  operation('Cast', ['token_type_ids'], 'inText', [wholeNumber('to', floatType)]),
  operation('Sub', ['one', 'inText'], 'inQuestion'),
  operation('Unsqueeze', ['input_ids', 'last'], 'down'),
  operation('Unsqueeze', ['input_ids', 'first'], 'across'),
  operation('Equal', ['down', 'across'], 'same'),
  operation('Cast', ['same'], 'equal', [wholeNumber('to', floatType)]),
  operation('Unsqueeze', ['inQuestion', 'last'], 'ofQuestion'),
  operation('Unsqueeze', ['inText', 'first'], 'ofText'),
  operation('Mul', ['equal', 'ofQuestion'], 'fromQuestion'),
  operation('Mul', ['fromQuestion', 'ofText'], 'shared'),
  operation('ReduceMax', ['shared'], 'found', [wholeNumbers('axes', 2), wholeNumber('keepdims', 0)]),
];
const sum = [operation('ReduceSum', ['found', 'first'], 'count'), operation('Sub', ['count', 'three'], 'logits')];
const constants = [
  constant('one', floatType, Float32Array.of(1), []),
  constant('three', floatType, Float32Array.of(3), []),
  constant('first', int64Type, BigInt64Array.of(1n), [1]),
  constant('last', int64Type, BigInt64Array.of(2n), [1]),
];
const inputs = ['input_ids', 'token_type_ids'].map((name) => place(11, name, int64Type, 'tokens'));

function modelOf(operations: readonly number[][], output: string): Buffer {
  const graph = message(
    7,
    ...operations,
    text(2, 'pair'),
    ...constants,
    ...inputs,
    place(12, output, floatType, 'any'),
  );
  return Buffer.from([...number(1, 8), ...message(8, number(2, 13)), ...graph]);
}

/** One number for a pair; or, as a model of another kind, one for each word piece. */
const models = { scoring: modelOf([...sharedPieces, ...sum], 'logits'), tagging: modelOf(sharedPieces, 'found') };

/** Writes the model to `file` and its vocabulary into `folder`, or beside it. */
export async function writeTinyCrossEncoder(file: string, { kind = 'scoring', folder = dirname(file) } = {}) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, models[kind as keyof typeof models]);
  await copyFile(fileURLToPath(new URL('tokenizer.json', modelFolder)), join(folder, 'tokenizer.json'));
}
