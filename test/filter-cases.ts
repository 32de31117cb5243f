import type { FilterClause, FilterCondition } from '../src/domain/filter.ts';
import type { DocumentId } from '../src/domain/ids.ts';
import type { Filterable } from '../src/domain/match-filter.ts';

/** Documents that differ in every field that filters know. Whoever matches clauses, in whatever way, is held to the cases below. */
export const filteredDocuments: readonly (Filterable & { readonly documentId: DocumentId })[] = [
  {
    documentId: 'doc_00000000-0000-7000-8000-00000000000a',
    source: 'handbook',
    language: 'en',
    title: 'Refunds & chargebacks',
    uri: 'https://docs.example.com/billing/refunds',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
    tags: { product: 'kestrel', edition: '4', 'release.channel': 'stable' },
    metadata: { price: 10, approved: true, team: 'Billing', effective: '2026-02-01T00:00:00.000Z' },
  },
  {
    documentId: 'doc_00000000-0000-7000-8000-00000000000b',
    source: 'wiki',
    language: 'de',
    title: 'Rückerstattungen in ÖSTERREICH',
    uri: 'https://wiki.example.com/refunds',
    createdAt: '2026-01-15T08:30:00.250Z',
    updatedAt: '2026-01-15T08:30:00.250Z',
    tags: { product: 'kestrel' },
    metadata: { price: -2.5, approved: false, team: 'billing' },
  },
  {
    documentId: 'doc_00000000-0000-7000-8000-00000000000c',
    source: 'wiki',
    language: null,
    title: '100% (really) [draft] C:\\temp',
    uri: null,
    createdAt: '2025-12-31T23:59:59.999Z',
    updatedAt: '2026-02-01T00:00:00.000Z',
    tags: {},
    metadata: {},
  },
  {
    documentId: 'doc_00000000-0000-7000-8000-00000000000d',
    source: 'o\'brien\'s $1 "notes"',
    language: 'zh',
    title: '退款需要多长时间',
    uri: 'file:///notes/退款.md',
    createdAt: '2026-02-28T00:00:00.000Z',
    updatedAt: '2026-02-28T00:00:00.000Z',
    tags: { product: 'Kestrel', constructor: 'yes', '': 'nameless' },
    metadata: { price: 9007199254740992, effective: '2025-12-31T23:00:00.000Z', constructor: 'own', team: '10' },
  },
];

export interface FilterCase {
  readonly name: string;
  readonly clause: FilterClause;
  /** The last letters of the documents that match, in order. */
  readonly matching: string;
}

export const lettersOf = (documents: readonly string[]) =>
  documents
    .map((id) => id.slice(-1))
    .sort()
    .join('');

const is = (
  field: string,
  operator: FilterCondition['operator'],
  value: FilterCondition['value'],
): FilterCondition => ({
  kind: 'condition',
  field,
  operator,
  value,
});
const and = (...clauses: FilterClause[]): FilterClause => ({ kind: 'and', clauses });
const or = (...clauses: FilterClause[]): FilterClause => ({ kind: 'or', clauses });
const not = (clause: FilterClause): FilterClause => ({ kind: 'not', clause });

const simple: readonly [FilterCondition, string][] = [
  [is('documentId', 'eq', 'doc_00000000-0000-7000-8000-00000000000b'), 'b'],
  [is('documentId', 'in', ['doc_00000000-0000-7000-8000-00000000000b', 'doc_none']), 'b'],
  [is('source', 'eq', 'wiki'), 'bc'],
  [is('source', 'eq', 'Wiki'), ''],
  [is('source', 'ne', 'wiki'), 'ad'],
  [is('source', 'in', ['handbook', 'o\'brien\'s $1 "notes"']), 'ad'],
  [is('source', 'in', []), ''],
  [is('source', 'contains', "O'BRIEN'S $1 \""), 'd'],
  [is('source', 'prefix', 'w'), 'bc'],
  [is('source', 'exists', true), 'abcd'],
  [is('source', 'exists', false), ''],
  [is('language', 'eq', 'en'), 'a'],
  [is('language', 'ne', 'en'), 'bcd'],
  [is('language', 'in', ['en', 'de']), 'ab'],
  [is('language', 'exists', true), 'abd'],
  [is('language', 'exists', false), 'c'],
  [is('language', 'prefix', 'e'), 'a'],
  [is('title', 'contains', 'österreich'), 'b'],
  [is('title', 'contains', 'RÜCK'), 'b'],
  [is('title', 'contains', '退款'), 'd'],
  [is('title', 'contains', '0% (REALLY) [D'), 'c'],
  [is('title', 'contains', 'c:\\TEMP'), 'c'],
  [is('title', 'contains', '.'), ''],
  [is('title', 'contains', '%'), 'c'],
  [is('title', 'prefix', 'Refunds & '), 'a'],
  [is('title', 'prefix', 'refunds'), ''],
  [is('title', 'prefix', '1__'), ''],
  [is('uri', 'prefix', 'https://docs.example.com/billing/'), 'a'],
  [is('uri', 'prefix', 'https://'), 'ab'],
  [is('uri', 'contains', 'REFUNDS'), 'ab'],
  [is('uri', 'exists', false), 'c'],
  [is('createdAt', 'gt', '2026-01-01T00:00:00.000Z'), 'bd'],
  [is('createdAt', 'gte', '2026-01-01T00:00:00.000Z'), 'abd'],
  [is('createdAt', 'lt', '2026-01-01T00:00:00.000Z'), 'c'],
  [is('createdAt', 'lte', '2026-01-01T00:00:00.000Z'), 'ac'],
  [is('createdAt', 'eq', '2026-01-15T08:30:00.250Z'), 'b'],
  [is('updatedAt', 'in', ['2026-02-01T00:00:00.000Z', '2026-02-28T00:00:00.000Z']), 'cd'],
  [is('updatedAt', 'ne', '2026-02-01T00:00:00.000Z'), 'abd'],
  [is('tags.product', 'eq', 'kestrel'), 'ab'],
  [is('tags.product', 'ne', 'kestrel'), 'cd'],
  [is('tags.product', 'contains', 'KESTREL'), 'abd'],
  [is('tags.product', 'exists', false), 'c'],
  [is('tags.release.channel', 'eq', 'stable'), 'a'],
  [is('tags.constructor', 'exists', true), 'd'],
  [is('tags.', 'eq', 'nameless'), 'd'],
  [is("tags.' or true --", 'exists', true), ''],
  [is('metadata.price', 'eq', 10), 'a'],
  [is('metadata.price', 'eq', '10'), ''],
  [is('metadata.price', 'in', [10, -2.5]), 'ab'],
  [is('metadata.price', 'gt', -2.5), 'ad'],
  [is('metadata.price', 'gte', -2.5), 'abd'],
  [is('metadata.price', 'lt', 10), 'b'],
  [is('metadata.price', 'lte', 10), 'ab'],
  [is('metadata.price', 'lt', 1e21), 'abd'],
  [is('metadata.price', 'ne', 10), 'bcd'],
  [is('metadata.price', 'exists', true), 'abd'],
  [is('metadata.approved', 'eq', true), 'a'],
  [is('metadata.approved', 'eq', false), 'b'],
  [is('metadata.approved', 'ne', true), 'bcd'],
  [is('metadata.team', 'eq', 'billing'), 'b'],
  [is('metadata.team', 'contains', 'bILL'), 'ab'],
  [is('metadata.team', 'prefix', 'Bill'), 'a'],
  [is('metadata.team', 'gt', 5), ''],
  [is('metadata.effective', 'lt', '2026-01-01T00:00:00.000Z'), 'd'],
  [is('metadata.effective', 'gte', '2026-01-01T00:00:00.000Z'), 'a'],
  [is('metadata.constructor', 'exists', true), 'd'],
  [is('metadata.undeclared', 'eq', 1), ''],
  [is('metadata.undeclared', 'ne', 1), 'abcd'],
];

const compound: readonly (readonly [string, FilterClause, string])[] = [
  ['all of nothing', and(), 'abcd'],
  ['one of nothing', or(), ''],
  ['not all of nothing', not(and()), ''],
  ['both', and(is('source', 'eq', 'wiki'), is('language', 'eq', 'de')), 'b'],
  ['either', or(is('language', 'eq', 'en'), is('language', 'eq', 'zh')), 'ad'],
  ['not a value: also without the field', not(is('language', 'eq', 'en')), 'bcd'],
  ['not a comparison: also without the field', not(is('metadata.price', 'gt', 0)), 'bc'],
  ['not a prefix: also without the field', not(is('uri', 'prefix', 'https://')), 'cd'],
  ['not of not', not(not(is('language', 'eq', 'en'))), 'a'],
  ['not of either', not(or(is('source', 'eq', 'wiki'), is('metadata.price', 'gte', 10))), ''],
  ['not of both', not(and(is('source', 'eq', 'wiki'), is('language', 'eq', 'de'))), 'acd'],
  [
    'all kinds, nested',
    or(and(is('tags.product', 'eq', 'kestrel'), not(is('metadata.approved', 'eq', true))), is('uri', 'exists', false)),
    'bc',
  ],
];

/** Every operator on every kind of field, and what stands together. */
export const filterCases: readonly FilterCase[] = [
  ...simple.map(([clause, matching]) => ({
    name: `${clause.field} ${clause.operator} ${JSON.stringify(clause.value)}`,
    clause,
    matching,
  })),
  ...compound.map(([name, clause, matching]) => ({ name, clause, matching })),
];
