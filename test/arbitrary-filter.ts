import fc from 'fast-check';
import type { FilterClause, FilterCondition } from '../src/domain/filter.ts';
import { type FieldType, operatorsOf } from '../src/domain/filter.ts';
import type { DocumentId } from '../src/domain/ids.ts';
import type { Filterable } from '../src/domain/match-filter.ts';

/** The custom fields that the clauses and documents below use. */
export const declaredFields = [
  { name: 'price', type: 'number' },
  { name: 'approved', type: 'boolean' },
  { name: 'team', type: 'string' },
  { name: 'effective', type: 'date' },
] as const satisfies readonly { name: string; type: FieldType }[];

const fields: readonly (readonly [string, FieldType])[] = [
  ['documentId', 'string'],
  ['source', 'string'],
  ['language', 'string'],
  ['title', 'string'],
  ['uri', 'string'],
  ['createdAt', 'date'],
  ['updatedAt', 'date'],
  ['tags.product', 'string'],
  ['tags.a.b', 'string'],
  ...declaredFields.map(({ name, type }) => [`metadata.${name}`, type] as const),
];

/** Few letters of many kinds, so that texts often hold each other. */
const letters = fc.constantFrom(
  ...['a', 'A', 'ä', 'Ä', 'ß', 'ẞ', 'İ', 'ı', 'k', '\u212a', 's', '\u017f', 'σ', 'ς', '𝒳', '款', 'e\u0301'],
  ...['.', '%', '_', '\\', '[', '-', '^', "'", '"', '{', ' ', '\n'],
);
const texts = fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
/** JSON writes a negative zero as 0. */
const numbers = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.1, 1e21, 1e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
);
const times = fc.constantFrom(
  '0001-01-01T00:00:00.000Z',
  '2026-01-31T23:59:59.999Z',
  '2026-02-01T00:00:00.000Z',
  '9999-12-31T00:00:00.500Z',
);
const values = { string: texts, number: numbers, boolean: fc.boolean(), date: times };

const condition: fc.Arbitrary<FilterCondition> = fc.constantFrom(...fields).chain(([field, type]) =>
  fc.constantFrom(...operatorsOf[type]).chain((operator) => {
    const value: fc.Arbitrary<FilterCondition['value']> =
      operator === 'in'
        ? fc.array<string | number | boolean>(values[type], { maxLength: 3 })
        : operator === 'exists'
          ? fc.boolean()
          : values[type];
    return value.map((held): FilterCondition => ({ kind: 'condition', field, operator, value: held }));
  }),
);

/** Clauses that a filter can say, up to a depth. */
export function arbitraryClause(depth = 3): fc.Arbitrary<FilterClause> {
  if (depth === 0) return condition;
  const inner = arbitraryClause(depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: condition },
    fc.record({ kind: fc.constantFrom('and', 'or'), clauses: fc.array(inner, { maxLength: 3 }) }),
    inner.map((clause): FilterClause => ({ kind: 'not', clause })),
  );
}

export const arbitraryDocument: fc.Arbitrary<Filterable & { readonly documentId: DocumentId }> = fc.record({
  documentId: fc.uuid({ version: 7 }).map((uuid): DocumentId => `doc_${uuid}`),
  source: texts,
  language: fc.option(texts),
  title: texts,
  uri: fc.option(texts),
  createdAt: times,
  updatedAt: times,
  tags: fc.dictionary(fc.constantFrom('product', 'a.b', 'other'), texts, { maxKeys: 3 }),
  metadata: fc.record(
    { price: numbers, approved: fc.boolean(), team: texts, effective: times },
    { requiredKeys: [], noNullPrototype: true },
  ),
});
