import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { indexPoint } from '../../../test/index-point.ts';
import { createTestRows, type TestRows } from '../../../test/index-rows.ts';
import type { Filter, FilterClause, FilterCondition, FilterOperator, FilterScalar } from '../../domain/filter.ts';
import { type DocumentId, newId, type PassageId, type TenantId } from '../../domain/ids.ts';
import { createRandom } from '../../domain/random.ts';
import { readFilter } from '../../domain/read-filter.ts';
import type { IndexCandidate, IndexFilter, IndexPoint, IndexQuery, IndexSource, VectorIndex } from '../vector-index.ts';
import { createMatcher } from './memory/match-filter.ts';

/** An index of vectors of 3 dimensions over the rows of the suite. */
export interface OpenedIndex {
  readonly index: VectorIndex;
  /** Loses points without a note of it, as a damaged disk does; not there where nothing can be lost. */
  lose?(tenant: TenantId, passages: readonly PassageId[]): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const everyone: IndexFilter = { clause: null, grants: null };
const refunds: DocumentId = 'doc_refunds';
const limits: DocumentId = 'doc_limits';
/** A UUID that holds the name, so that identifiers stand in the order of names and a result can be read. */
const passage = (name: string): PassageId => {
  const digits = Buffer.from(name).toString('hex').padEnd(32, '0');
  const parts = [0, 8, 12, 16, 20].map((start, index, starts) => digits.slice(start, starts[index + 1] ?? 32));
  return `psg_${parts.join('-')}`;
};
const nameOf = (id: PassageId): string =>
  Buffer.from(id.slice(4).replaceAll('-', ''), 'hex').toString().replaceAll('\0', '');

const unit = (...values: number[]) => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};
const terms = (weights: Record<number, number>) => ({
  indices: Int32Array.from(Object.keys(weights), Number),
  values: Float32Array.from(Object.values(weights)),
});
const point = (name: string, fields: Partial<IndexPoint> = {}): IndexPoint =>
  indexPoint({ id: passage(name), documentId: refunds, sparse: terms({ 7: 1 }), dense: unit(1, 0, 0), ...fields });

/** What the cases of the suite share: each has a tenant of its own. */
interface Context {
  index(): VectorIndex;
  rows: TestRows;
  lose: OpenedIndex['lose'];
  tenant(): TenantId;
  fill(points: readonly IndexPoint[], into?: TenantId): Promise<void>;
  /** Sorted by id; without a filter unless given. */
  search(query: Partial<IndexQuery>): Promise<IndexCandidate[]>;
  names(query: Partial<IndexQuery>): Promise<string[]>;
}

const bySeven = { sparse: terms({ 7: 1 }) };
const alongX = { dense: unit(1, 0, 0) };

/** What every driver of the vector index promises. `open` gives an empty index; tenants are made by the suite. */
export function describeVectorIndex(name: string, open: (rows: IndexSource) => Promise<OpenedIndex>): void {
  describe(`vector index: ${name}`, () => {
    const rows = createTestRows();
    let opened: OpenedIndex;
    let tenant: TenantId;
    beforeAll(async () => {
      opened = await open(rows);
    });
    afterAll(() => opened.close());
    beforeEach(() => {
      tenant = newId('tenant');
    });
    const search = async (query: Partial<IndexQuery>) => {
      await opened.index.catchUp(tenant, never);
      const { candidates } = await opened.index.search({ tenant, filter: everyone, limit: 10, ...query }, never);
      return candidates.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    };
    const context: Context = {
      index: () => opened.index,
      tenant: () => tenant,
      rows,
      get lose() {
        return opened.lose;
      },
      async fill(points, into = tenant) {
        rows.put(into, points);
        await opened.index.refresh(into);
      },
      search,
      names: async (query) => (await search(query)).map(({ id }) => nameOf(id)),
    };
    describeScores(context);
    describeBest(context);
    describeChanges(context);
    describeTenants(context);
    describeFilters(context);
    describeClauses(context);
    describeSize(context);
    it('stops with the reason of the signal', async () => {
      const query = { tenant, filter: everyone, limit: 1, ...alongX };
      await expect(opened.index.search(query, AbortSignal.abort(new Error('no longer wanted')))).rejects.toThrow(
        'no longer wanted',
      );
    });
  });
}

function describeScores(context: Context): void {
  const { fill, search } = context;
  describe('scores', () => {
    it('gives cosines that are right to 5e-5', async () => {
      const vectors = [unit(1, 0, 0), unit(1, 2, 0.5), unit(-1, 0.1, 0), unit(0, 0, 1)];
      await fill(vectors.map((dense, index) => point(`${index}`, { dense })));
      const question = unit(0.3, 0.9, -0.2);
      for (const { id, dense, sparse } of await search({ dense: question })) {
        const vector = vectors[Number(nameOf(id))] ?? new Float32Array(3);
        const expected = vector.reduce((sum, value, index) => sum + value * (question[index] ?? 0), 0);
        expect(Math.abs((dense ?? Number.NaN) - expected)).toBeLessThan(5e-5);
        expect(sparse).toBeNull();
      }
    });

    it('gives BM25 scores with the idf of the tenant', async () => {
      await fill([
        point('a', { sparse: terms({ 7: 1.5, 9: 0.5 }) }),
        point('b', { sparse: terms({ 7: 1 }) }),
        point('c', { sparse: terms({ 8: 1 }) }),
      ]);
      const [seven, nine, unknown] = await context
        .index()
        .inverseDocumentFrequencies(context.tenant(), Int32Array.of(7, 9, 5));
      expect(seven).toBeCloseTo(Math.log(1 + (3 - 2 + 0.5) / 2.5), 5);
      expect(nine).toBeCloseTo(Math.log(1 + (3 - 1 + 0.5) / 1.5), 5);
      expect(unknown).toBeCloseTo(Math.log(1 + 3.5 / 0.5), 5);
      const [first, second, ...rest] = await search({ sparse: terms({ 7: 1, 9: 2 }) });
      expect(first?.sparse).toBeCloseTo(1.5 * (seven ?? 0) + 2 * 0.5 * (nine ?? 0), 5);
      expect(second).toMatchObject({ id: passage('b'), dense: null });
      expect(second?.sparse).toBeCloseTo(seven ?? 0, 5);
      expect(rest).toEqual([]);
    });
  });
}

function describeBest(context: Context): void {
  const { fill, search, names } = context;
  describe('the best of both sides', () => {
    it('gives both scores for what either side found', async () => {
      await fill([
        point('words', { dense: unit(0, 1, 0), sparse: terms({ 7: 2 }) }),
        point('meaning', { dense: unit(1, 0, 0), sparse: terms({ 8: 1 }) }),
      ]);
      const found = await search({ ...alongX, ...bySeven, limit: 1 });
      expect(found).toHaveLength(2);
      expect(found[0]).toMatchObject({ id: passage('meaning'), sparse: 0 });
      expect(found[0]?.dense).toBeCloseTo(1, 5);
      expect(found[1]).toMatchObject({ id: passage('words'), dense: 0 });
      expect(found[1]?.sparse).toBeGreaterThan(0);
    });

    it('finds a passage without a vector by its words only', async () => {
      await fill([point('waiting', { dense: null }), point('ready', { sparse: terms({ 8: 1 }) })]);
      expect(await names(alongX)).toEqual(['ready']);
      const [, waiting] = await search({ ...alongX, ...bySeven });
      expect(waiting).toMatchObject({ id: passage('waiting'), dense: null });
    });

    it('finds the best of each side, ties by id', async () => {
      await fill(['d', 'b', 'e', 'a', 'c'].map((id) => point(id)));
      expect(await names({ ...alongX, limit: 2 })).toEqual(['a', 'b']);
      expect(await names({ ...bySeven, limit: 3 })).toEqual(['a', 'b', 'c']);
    });

    it('finds nothing where there is nothing', async () => {
      expect(await search({ ...alongX, ...bySeven })).toEqual([]);
      await fill([point('a')]);
      expect(await search({})).toEqual([]);
      expect(await search({ sparse: terms({ 99: 1 }) })).toEqual([]);
      expect(await search({ sparse: terms({}) })).toEqual([]);
      expect(await search({ ...alongX, limit: 0 })).toEqual([]);
    });
  });
}

function describeChanges(context: Context): void {
  const { fill, search, names } = context;
  describe('changes', () => {
    it('replaces a point that comes again, and nothing happens twice', async () => {
      await fill([point('a'), point('b')]);
      await fill([point('a', { dense: unit(0, 1, 0), sparse: terms({ 8: 1 }) })]);
      await fill([point('b')]);
      expect(await context.index().count(context.tenant())).toBe(2);
      expect(await names(bySeven)).toEqual(['b']);
      expect(await names({ sparse: terms({ 8: 1 }) })).toEqual(['a']);
      expect((await search(alongX))[0]?.dense).toBeCloseTo(0, 5);
    });

    it('adds a vector that comes later, and forgets one that is taken back', async () => {
      await fill([point('a', { dense: null })]);
      expect(await names(alongX)).toEqual([]);
      await fill([point('a')]);
      expect(await names(alongX)).toEqual(['a']);
      await fill([point('a', { dense: null })]);
      expect(await names(alongX)).toEqual([]);
      expect(await names(bySeven)).toEqual(['a']);
    });

    it('takes a new version in the place of an older one, and removes a document', async () => {
      const { rows, tenant, index } = context;
      await fill([point('1'), point('2'), point('3', { documentId: limits })]);
      rows.publish(tenant(), refunds, [point('4', { version: 2 })]);
      await index().refresh(tenant());
      expect(await names(bySeven)).toEqual(['3', '4']);
      rows.publish(tenant(), refunds, null);
      await index().refresh(tenant());
      await index().refresh(tenant());
      expect(await names({ ...alongX, ...bySeven })).toEqual(['3']);
      expect(await index().count(tenant())).toBe(1);
      const [idf] = await index().inverseDocumentFrequencies(tenant(), Int32Array.of(7));
      expect(idf).toBeCloseTo(Math.log(1 + 0.5 / 1.5), 5);
    });

    it('finds with the next search what was published before it', async () => {
      await fill([point('a')]);
      context.rows.put(context.tenant(), [point('b', { documentId: limits })]);
      expect(await names(bySeven)).toEqual(['a', 'b']);
      context.rows.publish(context.tenant(), limits, null);
      expect(await names(bySeven)).toEqual(['a']);
    });

    it('takes changed permissions without a new version', async () => {
      await fill([point('a')]);
      context.rows.publish(context.tenant(), refunds, [point('a', { acl: ['group:board'] })]);
      expect(await names({ ...bySeven, filter: { clause: null, grants: ['group:support'] } })).toEqual([]);
      expect(await names({ ...bySeven, filter: { clause: null, grants: ['group:board'] } })).toEqual(['a']);
    });

    it('is complete again after a rebuild, whatever it lost or held too much', async () => {
      const { rows, tenant, index } = context;
      await fill(['a', 'b', 'c'].map((id) => point(id)));
      await context.lose?.(tenant(), [passage('a'), passage('b')]);
      rows.restore(tenant(), 0);
      rows.put(tenant(), [point('b'), point('d')]);
      await index().rebuild(tenant());
      expect(await names({ ...alongX, ...bySeven })).toEqual(['b', 'd']);
      expect(await index().count(tenant())).toBe(2);
    });
  });
}

function describeSize(context: Context): void {
  it('finds the exact best of 10,000 points', async () => {
    const random = createRandom(7);
    const direction = () => unit(random.next() - 0.5, random.next() - 0.5, random.next() - 0.5);
    const points = Array.from({ length: 10_000 }, (_, number) =>
      point(`${number}`, {
        documentId: `doc_${Math.floor(number / 20)}`,
        dense: direction(),
        sparse: terms({ [number % 100]: 1 + random.next() }),
      }),
    );
    await context.fill(points);
    expect(await context.index().count(context.tenant())).toBe(points.length);
    const question = direction();
    const cosine = ({ dense }: IndexPoint) =>
      dense?.reduce((sum, value, at) => sum + value * (question[at] ?? 0), 0) ?? 0;
    const best = points.toSorted((one, other) => cosine(other) - cosine(one)).slice(0, 10);
    expect(await context.names({ dense: question })).toEqual(best.map(({ id }) => nameOf(id)).sort());
    const ofTerm = points.filter(({ sparse }) => sparse.indices[0] === 42);
    const weight = ({ sparse }: IndexPoint) => sparse.values[0] ?? 0;
    const heaviest = ofTerm.toSorted((one, other) => weight(other) - weight(one)).slice(0, 10);
    expect(await context.names({ sparse: terms({ 42: 1 }) })).toEqual(heaviest.map(({ id }) => nameOf(id)).sort());
  }, 120_000);
}

function describeTenants(context: Context): void {
  const { fill, search, names } = context;
  describe('tenants', () => {
    it('never shows, counts or weighs what another tenant has', async () => {
      const other = newId('tenant');
      await fill([point('theirs', { sparse: terms({ 7: 1, 8: 1 }) })], other);
      expect(await search({ ...alongX, ...bySeven })).toEqual([]);
      await fill([point('mine')]);
      expect(await names({ ...alongX, ...bySeven })).toEqual(['mine']);
      expect(await context.index().count(context.tenant())).toBe(1);
      const [known, foreign] = await context.index().inverseDocumentFrequencies(context.tenant(), Int32Array.of(7, 8));
      expect(known).toBeCloseTo(Math.log(1 + 0.5 / 1.5), 5);
      expect(foreign).toBeCloseTo(Math.log(1 + 1.5 / 0.5), 5);
      context.rows.publish(context.tenant(), refunds, null);
      await context.index().rebuild(context.tenant());
      expect(await context.index().count(other)).toBe(1);
    });
  });
}

function describeFilters(context: Context): void {
  const { fill, names } = context;
  describe('filters', () => {
    const cases: [string, Filter, string[]][] = [
      ['nothing', {}, ['a', 'b', 'c']],
      ['documents', { documentId: [limits, 'doc_other'] }, ['b']],
      ['sources', { source: ['wiki', 'handbook'] }, ['a', 'b']],
      ['tags, all of them', { tags: { product: 'desktop', edition: '4' } }, ['a']],
      ['languages', { language: ['de', 'fr'] }, ['b']],
      ['several fields, all of them', { language: ['de'], source: ['handbook'] }, []],
      ['an empty list', { source: [] }, []],
    ];
    it.each(cases)('by %s, on both sides', async (_name, filter, expected) => {
      await fill([
        point('a', {
          documentId: refunds,
          source: 'handbook',
          tags: { product: 'desktop', edition: '4', old: 'no' },
        }),
        point('b', { documentId: limits, source: 'wiki', tags: { product: 'desktop' }, language: 'de' }),
        point('c', { documentId: 'doc_c', source: 'blog', language: null }),
      ]);
      expect(await names({ ...alongX, filter: { clause: readFilter(filter, []), grants: null } })).toEqual(expected);
      expect(await names({ ...bySeven, filter: { clause: readFilter(filter, []), grants: null } })).toEqual(expected);
    });

    it('by what the asker was granted', async () => {
      await fill([
        point('open', { documentId: 'doc_open' }),
        point('team', { documentId: 'doc_team', acl: ['group:support', 'user:ada'] }),
        point('board', { documentId: 'doc_board', acl: ['group:board'] }),
      ]);
      const granted = (grants: readonly string[] | null) =>
        names({ ...alongX, ...bySeven, filter: { clause: null, grants } });
      expect(await granted([])).toEqual(['open']);
      expect(await granted(['group:support', 'group:sales'])).toEqual(['open', 'team']);
      expect(await granted(null)).toEqual(['board', 'open', 'team']);
    });

    it('before the best are counted', async () => {
      const others = Array.from({ length: 50 }, (_, index) => point(`a${index}`, { documentId: limits }));
      await fill([...others, point('z', { dense: unit(1, 3, 0), sparse: terms({ 7: 0.1 }) })]);
      const filter = { clause: readFilter({ documentId: [refunds] }, []), grants: null };
      expect(await names({ ...alongX, ...bySeven, filter, limit: 1 })).toEqual(['z']);
    });
  });
}

/** Documents that differ in every field; what is not said of one it does not have. */
const varied: readonly Partial<IndexPoint>[] = [
  {
    source: 'handbook',
    title: 'Refunds and Returns',
    uri: 'https://example.com/refunds',
    tags: { product: 'desktop', edition: '4' },
    metadata: { pages: 12, reviewed: true, team: 'billing', score: 0.5 },
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  {
    source: 'wiki',
    title: 'Limits',
    language: 'de',
    uri: 'https://example.org/limits',
    tags: { product: 'mobile' },
    metadata: { pages: 3, reviewed: false, score: 1.25 },
    createdAt: '2026-02-01T12:00:00.000Z',
  },
  {
    source: 'wiki',
    title: 'refund limits',
    language: null,
    tags: { 'a=b': '["c"]' },
    metadata: { pages: -7.5, team: '12' },
  },
  {
    source: 'blog',
    title: '',
    tags: { product: '' },
    metadata: { pages: 0, reviewed: true },
    updatedAt: '2026-03-01T00:00:00.000Z',
  },
];

const condition = (field: string, operator: FilterOperator, value: FilterCondition['value']): FilterCondition => ({
  kind: 'condition',
  field,
  operator,
  value,
});

const scalarsByField: Record<string, readonly FilterScalar[]> = {
  documentId: ['doc_0', 'doc_3'],
  source: ['handbook', 'wiki', 'w', 5],
  language: ['en', 'de'],
  title: ['Limits', 'refund', 'R', ''],
  uri: ['https://example.com/refunds', 'https://example.', 'limits'],
  createdAt: ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-02-01T12:00:00.000Z'],
  updatedAt: ['2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  'tags.product': ['desktop', 'mob', ''],
  'tags.a=b': ['["c"]', 'c'],
  'tags.missing': ['x'],
  'metadata.pages': [12, 3, 0, -7.5, 2.5],
  'metadata.reviewed': [true, false],
  'metadata.team': ['billing', '12', 'b'],
  'metadata.score': [0.5, 1.25, 1],
};

const anyCondition: fc.Arbitrary<FilterCondition> = fc.constantFrom(...Object.keys(scalarsByField)).chain((field) => {
  const scalar = fc.constantFrom(...(scalarsByField[field] ?? []));
  return fc
    .oneof(
      fc.tuple(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'contains', 'prefix'), scalar),
      fc.tuple(fc.constant('in'), fc.array(scalar, { maxLength: 3 })),
      fc.tuple(fc.constant('exists'), fc.boolean()),
    )
    .map(([operator, value]) => condition(field, operator as FilterOperator, value));
});

const anyClause: fc.Arbitrary<FilterClause> = fc.letrec<{ clause: FilterClause }>((tie) => ({
  clause: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyCondition,
    fc.record({ kind: fc.constant('not' as const), clause: tie('clause') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      clauses: fc.array(tie('clause'), { maxLength: 3 }),
    }),
  ),
})).clause;

function describeClauses(context: Context): void {
  const points = varied.map((fields, number) => point(`${number}`, { documentId: `doc_${number}`, ...fields }));
  const expectedOf = (clause: FilterClause) => {
    const matches = createMatcher({ clause, grants: null });
    return points.filter(matches).map(({ id }) => nameOf(id));
  };
  describe('clauses', () => {
    const cases: [FilterCondition, string[]][] = [
      [condition('source', 'eq', 'wiki'), ['1', '2']],
      [condition('language', 'ne', 'de'), ['0', '2', '3']],
      [condition('tags.product', 'in', ['desktop', 'mobile']), ['0', '1']],
      [condition('metadata.pages', 'gt', 3), ['0']],
      [condition('metadata.pages', 'gte', 3), ['0', '1']],
      [condition('createdAt', 'lt', '2026-02-01T00:00:00.000Z'), ['0', '2', '3']],
      [condition('createdAt', 'lte', '2026-02-01T12:00:00.000Z'), ['0', '1', '2', '3']],
      [condition('language', 'exists', false), ['2']],
      [condition('title', 'contains', 'refund'), ['0', '2']],
      [condition('uri', 'prefix', 'https://example.com/'), ['0']],
      [condition('metadata.team', 'eq', 12), []],
    ];
    it.each(cases)('$field $operator $value', async (clause, expected) => {
      await context.fill(points);
      expect(expectedOf(clause)).toEqual(expected);
      expect(await context.names({ ...alongX, filter: { clause, grants: null } })).toEqual(expected);
    });

    it('any clause, as it matches the payload', async () => {
      await context.fill(points);
      await fc.assert(
        fc.asyncProperty(anyClause, async (clause) => {
          expect(await context.names({ ...bySeven, filter: { clause, grants: null } })).toEqual(expectedOf(clause));
        }),
        { numRuns: 150 },
      );
    }, 60_000);
  });
}
