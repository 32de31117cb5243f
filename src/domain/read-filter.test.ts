import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryClause, arbitraryDocument, declaredFields } from '../../test/arbitrary-filter.ts';
import { failingCondition, printFilter } from './describe-filter.ts';
import { AppError } from './errors.ts';
import { Filter, type FilterClause, type FilterCondition } from './filter.ts';
import { compileFilter } from './match-filter.ts';
import { readFilter } from './read-filter.ts';

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
const read = (input: unknown) => readFilter(input, declaredFields);

function errorsOf(input: unknown) {
  try {
    read(input);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_REQUEST') return error.errors;
    throw error;
  }
  throw new Error('The filter was read.');
}

describe('readFilter', () => {
  it.each<[string, unknown, FilterClause | null]>([
    ['nothing', {}, null],
    ['a value to equal', { source: 'wiki' }, is('source', 'eq', 'wiki')],
    ['values to be among', { source: ['wiki', 'handbook'] }, is('source', 'in', ['wiki', 'handbook'])],
    ['an operator', { uri: { prefix: 'https://' } }, is('uri', 'prefix', 'https://')],
    [
      'all keys, and all operators of a field',
      { source: 'wiki', metadata: { price: { gt: 1, lte: 2 } } },
      {
        kind: 'and',
        clauses: [
          is('source', 'eq', 'wiki'),
          { kind: 'and', clauses: [is('metadata.price', 'gt', 1), is('metadata.price', 'lte', 2)] },
        ],
      },
    ],
    [
      'tags as an object',
      { tags: { product: 'kestrel', 'a.b': ['c'] } },
      { kind: 'and', clauses: [is('tags.product', 'eq', 'kestrel'), is('tags.a.b', 'in', ['c'])] },
    ],
    ['a tag beside the fields', { 'tags.a.b': { exists: false } }, is('tags.a.b', 'exists', false)],
    ['a declared field beside the others', { 'metadata.approved': true }, is('metadata.approved', 'eq', true)],
    ['a list of one', { and: [{ source: 'wiki' }] }, { kind: 'and', clauses: [is('source', 'eq', 'wiki')] }],
    ['an empty alternative', { or: [] }, { kind: 'or', clauses: [] }],
    ['not anything', { not: {} }, { kind: 'not', clause: { kind: 'and', clauses: [] } }],
    [
      'the form of lists and tags',
      { source: ['s'], documentId: ['d'], language: ['de'], tags: { k: 'v' } },
      {
        kind: 'and',
        clauses: [
          is('source', 'in', ['s']),
          is('documentId', 'in', ['d']),
          is('language', 'in', ['de']),
          is('tags.k', 'eq', 'v'),
        ],
      },
    ],
  ])('reads %s', (_name, input, clause) => {
    expect(read(input)).toEqual(clause);
  });

  it.each<[unknown, FilterClause]>([
    ['2026-01-31T10:00:00Z', is('createdAt', 'eq', '2026-01-31T10:00:00.000Z')],
    ['2026-01-31T10:00:00.5+02:00', is('createdAt', 'eq', '2026-01-31T08:00:00.500Z')],
    ['2026-01-31T10:00:00', is('createdAt', 'eq', '2026-01-31T10:00:00.000Z')],
    [{ gt: '2026-01-31' }, is('createdAt', 'gt', '2026-01-31T23:59:59.999Z')],
    [{ gte: '2026-01-31' }, is('createdAt', 'gte', '2026-01-31T00:00:00.000Z')],
    [{ lt: '2026-01-31' }, is('createdAt', 'lt', '2026-01-31T00:00:00.000Z')],
    [{ lte: '9999-12-31' }, is('createdAt', 'lte', '9999-12-31T23:59:59.999Z')],
    [{ in: ['2026-01-31T00:00:00Z'] }, is('createdAt', 'in', ['2026-01-31T00:00:00.000Z'])],
  ])('reads the time %j as UTC, a date as the whole day', (test, clause) => {
    expect(read({ createdAt: test })).toEqual(clause);
  });

  it('knows the days of a list, and the days that are not', () => {
    const at = (createdAt: string) => ({ ...documentOfDay, createdAt });
    const matches = compileFilter(
      read({ createdAt: ['2026-02-01', '2026-03-01T12:00:00Z'] }) ?? { kind: 'or', clauses: [] },
    );
    const excludes = compileFilter(read({ createdAt: { ne: '2026-02-01' } }) ?? { kind: 'or', clauses: [] });
    expect(matches(at('2026-02-01T23:59:59.999Z'))).toBe(true);
    expect(matches(at('2026-02-02T00:00:00.000Z'))).toBe(false);
    expect(matches(at('2026-03-01T12:00:00.000Z'))).toBe(true);
    expect(excludes(at('2026-02-01T12:00:00.000Z'))).toBe(false);
    expect(excludes(at('2026-02-02T00:00:00.000Z'))).toBe(true);
  });

  it.each<[string, unknown, string, RegExp, string]>([
    ['no object', 'wiki', 'filter', /an object/, '"wiki"'],
    ['an unknown field', { tenant: 'x' }, 'filter.tenant', /source.*tags\.<name>.*metadata\.price \(number\)/, '"x"'],
    ['access lists', { acl: ['group:board'] }, 'filter.acl', /one of the fields/, 'a list of 1'],
    ['an undeclared field', { metadata: { prize: 1 } }, 'filter.metadata.prize', /price \(number\)/, '1'],
    ['an inherited name', { constructor: 'x' }, 'filter.constructor', /one of the fields/, '"x"'],
    ['a tag without a name', { tags: { '': 'x' } }, 'filter.tags.', /1 to 200/, '"x"'],
    ['null', { language: null }, 'filter.language', /a string, a list, or an object of eq, ne/, 'null'],
    ['no operator', { language: {} }, 'filter.language', /an object of eq/, 'an object'],
    ['an unknown operator', { title: { like: 'x' } }, 'filter.title.like', /contains, prefix of a string/, '"x"'],
    ['an operator of another type', { title: { gt: 'x' } }, 'filter.title.gt', /of a string/, '"x"'],
    ['a part of a time', { createdAt: { contains: '2026' } }, 'filter.createdAt.contains', /of a date/, '"2026"'],
    ['text for a number', { metadata: { price: '10' } }, 'filter.metadata.price', /a number/, '"10"'],
    ['a number for text', { source: ['a', 7] }, 'filter.source.1', /text/, '7'],
    ['a day that is none', { createdAt: { lt: '2026-02-30' } }, 'filter.createdAt.lt', /ISO 8601/, '"2026-02-30"'],
    ['a year that is none', { createdAt: '0000-01-01' }, 'filter.createdAt', /ISO 8601/, '"0000-01-01"'],
    [
      'a time beyond all years',
      { createdAt: '9999-12-31T23:00:00-05:00' },
      'filter.createdAt',
      /ISO 8601/,
      '"9999-12-31T23:00:00-05:00"',
    ],
    ['a null character', { source: 'a\0' }, 'filter.source', /text/, '"a\\u0000"'],
    ['half a surrogate pair', { tags: { a: { prefix: '\ud800' } } }, 'filter.tags.a.prefix', /text/, '"\\ud800"'],
    ['a part of no length', { title: { contains: '' } }, 'filter.title.contains', /1 to 200/, '""'],
    [
      'a part that is too long',
      { title: { contains: 'x'.repeat(201) } },
      'filter.title.contains',
      /1 to 200/,
      '201 characters',
    ],
    ['existence of something', { uri: { exists: 'yes' } }, 'filter.uri.exists', /true or false/, '"yes"'],
    ['alternatives that are no list', { or: { source: 'x' } }, 'filter.or', /a list/, 'an object'],
    ['the third of a list', { or: [{}, {}, 3] }, 'filter.or.2', /an object/, '3'],
    ['a list of names', { tags: ['x'] }, 'filter.tags', /an object of names/, 'a list of 1'],
    ['a list that is too long', { source: Array(1001).fill('x') }, 'filter.source', /at most 1000/, 'a list of 1001'],
  ])('refuses %s', (_name, input, field, expected, received) => {
    expect(errorsOf(input)).toEqual([{ field, received, expected: expect.stringMatching(expected) }]);
  });

  it('names every wrong place', () => {
    const errors = errorsOf({ not: { colour: 'red' }, metadata: { price: true }, and: [{ source: { gt: 1 } }] });
    expect(errors.map(({ field }) => field)).toEqual([
      'filter.not.colour',
      'filter.metadata.price',
      'filter.and.0.source.gt',
    ]);
  });

  it('says that nothing is declared', () => {
    expect(() => readFilter({ metadata: { price: 1 } }, [])).toThrow(/none is declared/);
  });

  it('takes 8 objects in each other and 64 conditions, and not one more', () => {
    const nested = (depth: number): object => (depth === 1 ? { source: 'x' } : { not: nested(depth - 1) });
    const wide = (count: number) => ({ or: Array(count).fill({ source: 'x' }) });
    expect(read(nested(8))).toMatchObject({ kind: 'not' });
    expect(errorsOf(nested(9))).toMatchObject([{ expected: 'at most 8 objects in each other' }]);
    expect(read(wide(64))).toMatchObject({ kind: 'or' });
    expect(errorsOf({ and: [wide(64), { source: 'x' }] })).toMatchObject([
      { field: 'filter', expected: 'at most 64 conditions', received: '65 conditions' },
    ]);
  });

  it('ends at any depth and width', () => {
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) deep = { not: deep };
    expect(errorsOf(deep)).toHaveLength(1);
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`unknown${index}`, 1]));
    expect(errorsOf(wide)).toHaveLength(50);
  });

  it('reads what is printed as the same clause, which the documented schema allows', () => {
    fc.assert(
      fc.property(arbitraryClause(), (clause) => {
        const written: unknown = JSON.parse(JSON.stringify(printFilter(clause)));
        expect(Filter.safeParse(written).success).toBe(true);
        expect(read(written)).toEqual(clause);
      }),
    );
  });
});

const documentOfDay = {
  documentId: 'doc_a',
  source: 'wiki',
  language: 'de',
  title: 'T',
  uri: null,
  createdAt: '2026-02-01T00:00:00.000Z',
  updatedAt: '2026-02-01T00:00:00.000Z',
  tags: { product: 'kestrel' },
  metadata: { price: 3 },
};

describe('compileFilter', () => {
  it('follows De Morgan', () => {
    fc.assert(
      fc.property(fc.array(arbitraryClause(), { maxLength: 3 }), arbitraryDocument, (clauses, document) => {
        const negated = clauses.map((clause): FilterClause => ({ kind: 'not', clause }));
        const holds = (clause: FilterClause) => compileFilter(clause)(document);
        expect(holds({ kind: 'not', clause: { kind: 'and', clauses } })).toBe(holds({ kind: 'or', clauses: negated }));
        expect(holds({ kind: 'not', clause: { kind: 'or', clauses } })).toBe(holds({ kind: 'and', clauses: negated }));
      }),
    );
  });
});

describe('failingCondition', () => {
  it.each<[unknown, string | null]>([
    [{ source: 'wiki' }, null],
    [{ source: 'handbook' }, 'Its source is "wiki"; the filter wants "handbook".'],
    [{ source: ['a', 'b'] }, 'Its source is "wiki"; the filter wants one of ["a","b"].'],
    [{ language: 'de', uri: { exists: true } }, 'Its uri is not set; the filter wants a value.'],
    [{ metadata: { price: { gte: 5 } } }, 'Its metadata.price is 3; the filter wants at least 5.'],
    [
      { not: { tags: { product: 'kestrel' } } },
      'The filter excludes {"tags.product":{"eq":"kestrel"}}, which it matches.',
    ],
    [
      { or: [{ source: 'a' }, { language: { ne: 'de' } }] },
      'It matches none of 2 alternatives: Its source is "wiki"; the filter wants "a". Its language is "de"; the filter wants something other than "de".',
    ],
    [{ or: [] }, 'The filter offers no alternative.'],
  ])('says of %j what the document fails', (filter, expected) => {
    const clause = read(filter);
    expect(clause && failingCondition(clause, documentOfDay)).toBe(expected);
  });

  it('is null exactly for what matches', () => {
    fc.assert(
      fc.property(arbitraryClause(), arbitraryDocument, (clause, document) => {
        expect(failingCondition(clause, document) === null).toBe(compileFilter(clause)(document));
      }),
    );
  });
});
