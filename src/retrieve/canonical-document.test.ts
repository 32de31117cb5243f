import { expect, it } from 'vitest';
import { canonicalOf } from './canonical-document.ts';

const document = (name: string, externalId: string, day: number) => ({
  ...{ documentId: `doc_${name}` as const, externalId, tags: {}, createdAt: `2026-01-0${day}T00:00:00.000Z` },
});

it('goes by the newest version, then by what came first', () => {
  const [old, early, late] = [document('a', '5.1/a.md', 1), document('b', '7.4/a.md', 2), document('c', '7.4/b.md', 3)];
  expect(canonicalOf([late, old, early])).toBe(early);
  expect(canonicalOf([document('d', 'a.md', 2), document('e', 'b.md', 1)])?.documentId).toBe('doc_e');
  expect(canonicalOf([document('f', 'a.md', 1), old])).toBe(old);
  expect(canonicalOf([])).toBeNull();
});
