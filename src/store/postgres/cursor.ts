import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Page } from '../documents.ts';

/** A place in a list, opaque to the caller. */
export function encodeCursor(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The parts of a cursor, one for each pattern, or null for the first page. Throws INVALID_REQUEST for anything else. */
export function decodeCursor(cursor: string | null, patterns: readonly RegExp[]): string[] | null {
  if (cursor === null) return null;
  const parts = z.array(z.string()).length(patterns.length);
  const place = parts.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (place.success && place.data.every((part, index) => patterns[index]?.test(part))) return place.data;
  throw new AppError('INVALID_REQUEST', 'The cursor was not given out by this list.', {
    errors: [
      { field: 'cursor', expected: '`nextCursor` of the page before', received: JSON.stringify(cursor.slice(0, 60)) },
    ],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Makes a page of `limit + 1` rows: the one too many tells that there is more. */
export function toPage<T>(rows: readonly T[], limit: number, placeOf: (last: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(placeOf(last)) : null };
}
