import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { z } from 'zod';
import { AppError, type FieldError } from '../../src/domain/errors.ts';

const unzip = promisify(gunzip);

/** Reads a file with one JSON value a line, .jsonl or .jsonl.gz; empty lines are left out. Throws INVALID_REQUEST naming file, line and field. */
export async function readJsonLines<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>[]> {
  const text = await readText(file);
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = schema.safeParse(parseJson(line));
    if (parsed.success) return [parsed.data];
    const issue = parsed.error.issues[0];
    const field = `line ${index + 1}, ${issue?.path.join('.') || 'the line'}`;
    throw invalid(file, { field, expected: issue?.message ?? 'JSON', received: line.slice(0, 80) });
  });
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw invalid(file, { field: 'file', expected: 'a file that can be read', received: 'none' }, error);
  });
  if (!file.endsWith('.gz')) return bytes.toString('utf8');
  const unpacked = await unzip(bytes).catch((error: unknown) => {
    throw invalid(file, { field: 'file', expected: 'a gzip file', received: 'other bytes, or a part of one' }, error);
  });
  return unpacked.toString('utf8');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function invalid(file: string, error: FieldError, cause?: unknown): AppError {
  return new AppError('INVALID_REQUEST', `${file} cannot be read.`, { errors: [error], cause });
}
