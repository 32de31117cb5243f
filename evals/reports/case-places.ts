import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../../src/domain/errors.ts';
import type { CasePlace } from './failed-cases.ts';

/** Where each case stands in a file with one JSON object a line, by its `id`; other lines are passed over. Throws INVALID_REQUEST without the file. */
export async function readCasePlaces(file: string): Promise<ReadonlyMap<string, CasePlace>> {
  const places = new Map<string, CasePlace>();
  const shown = relative('.', file);
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
      line += 1;
      const id = idOf(text);
      if (id !== null) places.set(id, { file: shown, line });
    }
  } catch (cause) {
    throw new AppError('INVALID_REQUEST', `${file} cannot be read.`, {
      errors: [{ field: '--dataset', expected: 'the file of the cases', received: file }],
      cause,
    });
  }
  return places;
}

function idOf(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
