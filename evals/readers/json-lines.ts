import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { checkRecord, type Report, raise, shown } from './problem.ts';

/** A longer line is no record; it would have to be held in memory. */
const longestLine = 64 * 1024 * 1024;

export interface Line<T> {
  readonly value: T;
  /** From 1. */
  readonly line: number;
}

/**
 * Reads a file with one JSON value a line, .jsonl or .jsonl.gz, and holds one line at a time; empty lines are left out. A line that does not
 * fit goes to `report`. Throws INVALID_REQUEST when the file cannot be read.
 */
export async function* readJsonLines<S extends z.ZodType>(
  file: string,
  schema: S,
  report: Report = raise,
): AsyncGenerator<Line<z.output<S>>> {
  for await (const { value: text, line } of readTextLines(file)) {
    if (text.trim() === '') continue;
    const record = parseJson(text);
    if (record === undefined) {
      report({ file, line, field: 'the line', expected: 'JSON', received: shown(text) });
      continue;
    }
    const fitted = checkRecord(schema, record, { file, line }, report);
    if (fitted) yield { value: fitted.value, line };
  }
}

/** The lines of a text file, unpacked where its name ends in .gz. Throws INVALID_REQUEST as above. */
export async function* readTextLines(file: string): AsyncGenerator<Line<string>> {
  const decoder = new TextDecoder();
  let pending = '';
  let line = 0;
  for await (const chunk of readChunks(file)) {
    const parts = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = parts.pop() ?? '';
    if (pending.length > longestLine)
      raise({ file, line: line + parts.length + 1, field: 'the line', expected: 'at most 64 MB', received: 'more' });
    for (const part of parts) {
      line += 1;
      yield { value: part.endsWith('\r') ? part.slice(0, -1) : part, line };
    }
  }
  if (pending !== '') yield { value: pending, line: line + 1 };
}

/** All of a text file, unpacked where its name ends in .gz. Throws INVALID_REQUEST as above. */
export async function readText(file: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(file)) chunks.push(chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  const isPacked = file.endsWith('.gz');
  // The failure of either end is thrown by the loop below.
  const stream = isPacked ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  try {
    yield* stream;
  } catch (error) {
    const isMissing = bytes.errored !== null;
    const expected = isPacked && !isMissing ? 'a gzip file' : 'a file that can be read';
    const received = isMissing ? String((error as NodeJS.ErrnoException).code) : 'other bytes, or a part of one';
    raise({ file, line: null, field: 'file', expected, received }, error);
  }
}

/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
