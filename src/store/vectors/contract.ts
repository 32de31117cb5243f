import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Filter } from '../../domain/filter.ts';
import { type DocumentId, newId, type PassageId, type TenantId } from '../../domain/ids.ts';
import { readFilter } from '../../domain/read-filter.ts';
import type { IndexCandidate, IndexFilter, IndexPoint, IndexQuery, VectorIndex } from '../vector-index.ts';

/** An index of vectors of 3 dimensions, whose rows hold nothing. */
export interface OpenedIndex {
  readonly index: VectorIndex;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const everyone: IndexFilter = { clause: null, grants: null };
const refunds: DocumentId = 'doc_refunds';
const limits: DocumentId = 'doc_limits';
const passage = (name: string): PassageId => `psg_${name}`;

const unit = (...values: number[]) => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};
const terms = (weights: Record<number, number>) => ({
  indices: Int32Array.from(Object.keys(weights), Number),
  values: Float32Array.from(Object.values(weights)),
});
const point = (name: string, fields: Partial<IndexPoint> = {}): IndexPoint => ({
  id: passage(name),
  documentId: refunds,
  version: 1,
  source: 'handbook',
  acl: [],
  tags: {},
  language: 'en',
  title: 'Handbook',
  uri: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  metadata: {},
  sparse: terms({ 7: 1 }),
  dense: unit(1, 0, 0),
  ...fields,
});

/** What the cases of the suite share: each has a tenant of its own. */
interface Context {
  index(): VectorIndex;
  tenant(): TenantId;
  fill(points: readonly IndexPoint[], into?: TenantId): Promise<void>;
  /** Sorted by id; without a filter unless given. */
  search(query: Partial<IndexQuery>): Promise<IndexCandidate[]>;
  names(query: Partial<IndexQuery>): Promise<string[]>;
}

const bySeven = { sparse: terms({ 7: 1 }) };
const alongX = { dense: unit(1, 0, 0) };

/** What every driver of the vector index promises. `open` gives an empty index; tenants are made by the suite. */
export function describeVectorIndex(name: string, open: () => Promise<OpenedIndex>): void {
  describe(`vector index: ${name}`, () => {
    let opened: OpenedIndex;
    let tenant: TenantId;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    beforeEach(() => {
      tenant = newId('tenant');
    });
    const search = async (query: Partial<IndexQuery>) => {
      const { candidates } = await opened.index.search({ tenant, filter: everyone, limit: 10, ...query }, never);
      return candidates.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    };
    const context: Context = {
      index: () => opened.index,
      tenant: () => tenant,
      async fill(points, into = tenant) {
        // A driver may load a tenant at its first use; only then does it take changes.
        await opened.index.count(into);
        await opened.index.upsert(into, points);
      },
      search,
      names: async (query) => (await search(query)).map(({ id }) => id.slice(4)),
    };
    describeScores(context);
    describeBest(context);
    describeChanges(context);
    describeTenants(context);
    describeFilters(context);
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
        const vector = vectors[Number(id.slice(4))] ?? new Float32Array(3);
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

    it('removes a document, or its older versions', async () => {
      await fill([
        point('1', { documentId: refunds, version: 1 }),
        point('2', { documentId: refunds, version: 2 }),
        point('3', { documentId: limits, version: 1 }),
      ]);
      await context.index().remove(context.tenant(), { documentId: refunds, versionBelow: 2 });
      expect(await names(bySeven)).toEqual(['2', '3']);
      await context.index().remove(context.tenant(), { documentId: refunds });
      await context.index().remove(context.tenant(), { documentId: refunds });
      expect(await names({ ...alongX, ...bySeven })).toEqual(['3']);
      expect(await context.index().count(context.tenant())).toBe(1);
      const [idf] = await context.index().inverseDocumentFrequencies(context.tenant(), Int32Array.of(7));
      expect(idf).toBeCloseTo(Math.log(1 + 0.5 / 1.5), 5);
    });

    it('drops a tenant with all it has', async () => {
      await fill([point('a')]);
      await context.index().dropTenant(context.tenant());
      expect(await context.index().count(context.tenant())).toBe(0);
      expect(await search({ ...alongX, ...bySeven })).toEqual([]);
    });
  });
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
      await context.index().remove(context.tenant(), { documentId: refunds });
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
