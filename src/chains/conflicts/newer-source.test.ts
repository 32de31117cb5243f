import { expect, test } from 'vitest';
import { scoredPassage } from '../../../test/scored-passage.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { newerSource } from './newer-source.ts';

const source = (documentId: ScoredPassage['documentId'], fields: Partial<ScoredPassage> = {}) =>
  scoredPassage({ text: 'x', documentId, ...fields });

test('what is superseded is the older one, whatever its version and date', () => {
  const supersededBy = { reference: 'b.md', documentId: 'doc_b' as const };
  const one = source('doc_a', { supersededBy, tags: { version: '9.0' }, updatedAt: '2026-06-01T00:00:00.000Z' });
  const other = source('doc_b', { tags: { version: '1.0' } });
  expect(newerSource([one, other])).toEqual({ index: 1, basis: 'superseded' });
  expect(newerSource([other, one])).toEqual({ index: 0, basis: 'superseded' });
});

test('then product versions decide, then the day of the last change', () => {
  const one = source('doc_a', { tags: { version: '4.10' } });
  const other = source('doc_b', { tags: { version: '4.9' }, updatedAt: '2026-06-01T00:00:00.000Z' });
  expect(newerSource([one, other])).toEqual({ index: 0, basis: 'version' });
  expect(newerSource([{ ...one, tags: {} }, other])).toEqual({ index: 1, basis: 'date' });
});

test('documents of one day tell nothing', () => {
  const other = source('doc_b', { updatedAt: '2026-01-01T09:00:00.000Z' });
  expect(newerSource([source('doc_a'), other])).toBeNull();
});

test('of two versions of one document the higher one is newer', () => {
  expect(newerSource([source('doc_a'), source('doc_a', { version: 2 })])).toEqual({ index: 1, basis: 'version' });
});
