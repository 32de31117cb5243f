import { z } from 'zod';

const IsoDate = z.iso.date();
const IsoDateTime = z.iso.datetime({ offset: true, local: true });

/** The first and the last millisecond that an ISO 8601 text means, each as `Date.toISOString` writes it. */
export interface TimeRange {
  readonly first: string;
  readonly last: string;
}

/**
 * A date is the whole day, a date-time one millisecond; without an offset both are UTC. Null for anything else, and for what falls
 * out of the years 1 to 9999, which every database and the order of the texts hold.
 */
export function readTime(text: string): TimeRange | null {
  if (IsoDate.safeParse(text).success) {
    const first = instant(`${text}T00:00:00.000Z`);
    return first === null ? null : { first, last: `${first.slice(0, 10)}T23:59:59.999Z` };
  }
  if (!IsoDateTime.safeParse(text).success) return null;
  const at = instant(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return at === null ? null : { first: at, last: at };
}

function instant(text: string): string | null {
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time.toISOString() : null;
}
