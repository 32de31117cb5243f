import { describe, expect, it } from 'vitest';
import { failingCondition } from './failing-condition.ts';
import type { FilterClause, FilterCondition } from './filter.ts';

const document = {
  id: 'doc_a',
  source: 'handbook',
  language: null,
  title: 'Refunds',
  uri: 'https://example.com/refunds',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-02-01T00:00:00.000Z',
  tags: { product: 'kestrel' },
  metadata: { seats: 5 },
};
const where = (
  field: string,
  operator: FilterCondition['operator'],
  value: FilterCondition['value'],
): FilterCondition => ({
  kind: 'condition',
  field,
  operator,
  value,
});

describe('failingCondition', () => {
  it.each([
    where('source', 'in', ['handbook', 'wiki']),
    where('tags.product', 'eq', 'kestrel'),
    where('tags.team', 'ne', 'x'),
    where('tags.team', 'exists', false),
    where('uri', 'prefix', 'https://example.com/'),
    where('title', 'contains', 'fund'),
    where('updatedAt', 'gte', '2026-02-01'),
    where('metadata.seats', 'lt', 6),
    where('metadata.seats', 'lte', 5),
    where('documentId', 'eq', 'doc_a'),
  ])('lets %o pass', (clause) => {
    expect(failingCondition(clause, document)).toBeNull();
  });
  it.each<[FilterClause, string]>([
    [where('source', 'in', ['wiki']), 'source in ["wiki"], and it has "handbook"'],
    [where('language', 'eq', 'de'), 'language eq "de", and it has none'],
    [where('metadata.seats', 'gt', 5), 'metadata.seats gt 5, and it has 5'],
    [where('metadata.seats', 'gt', '4'), 'metadata.seats gt "4", and it has 5'],
    [
      { kind: 'and', clauses: [where('source', 'eq', 'handbook'), where('tags.product', 'eq', 'heron')] },
      'tags.product eq "heron", and it has "kestrel"',
    ],
    [
      { kind: 'or', clauses: [where('tags.product', 'eq', 'heron'), where('language', 'eq', 'de')] },
      'none of these holds: tags.product eq "heron", and it has "kestrel"; language eq "de", and it has none',
    ],
    [{ kind: 'not', clause: where('source', 'eq', 'handbook') }, 'it must not match source eq "handbook"'],
  ])('says what keeps the document out of %o', (clause, words) => {
    expect(failingCondition(clause, document)).toBe(words);
  });
});
