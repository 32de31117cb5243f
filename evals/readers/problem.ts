import type { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';

/** What is wrong at one place of a data file. */
export interface Problem {
  readonly file: string;
  /** From 1; null where it is about the file. */
  readonly line: number | null;
  readonly field: string;
  readonly expected: string;
  readonly received: string;
}

/** Takes a problem. Where it returns, the reader goes on without the record; `raise` ends the reading. */
export type Report = (problem: Problem) => void;

/** Throws the problem as INVALID_REQUEST naming file, line and field. */
export function raise({ file, line, field, expected, received }: Problem, cause?: unknown): never {
  const [place, named] = line === null ? [file, field] : [`${file}:${line}`, `line ${line}, ${field}`];
  throw new AppError('INVALID_REQUEST', `${place} cannot be read.`, {
    errors: [{ field: named, expected, received }],
    cause,
  });
}

/** The record by its schema; null when it does not fit and `report` returns. Only the first thing that is wrong is reported. */
export function checkRecord<S extends z.ZodType>(
  schema: S,
  record: unknown,
  place: Pick<Problem, 'file' | 'line'>,
  report: Report,
): { readonly value: z.output<S> } | null {
  const parsed = schema.safeParse(record);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  report({
    ...place,
    field: path.join('.') || 'the record',
    expected: expectationOf(issue?.message ?? 'a valid record'),
    received: shown(valueAt(record, path)),
  });
  return null;
}

function expectationOf(message: string): string {
  return message.replace(/^Invalid input: (?:expected )?/, '').replace(/, received .*$/, '');
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    record,
  );
}

/** A value in a message, cut at 80 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
