import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexPoint } from '../../../../test/index-point.ts';
import { createTestRows, type TestRows } from '../../../../test/index-rows.ts';
import { createTestStates } from '../../../../test/index-states.ts';
import { qdrantError, type StubQdrant, startStubQdrant } from '../../../../test/stub-qdrant.ts';
import { newId, type TenantId } from '../../../domain/ids.ts';
import type { IndexPoint, IndexQuery } from '../../vector-index.ts';
import { createCollections } from './collections.ts';
import { createQdrantCalls } from './qdrant-calls.ts';
import { createQdrantIndex } from './qdrant-index.ts';

const never = new AbortController().signal;
const words = { indices: Int32Array.of(7), values: Float32Array.of(1) };
let stub: StubQdrant;
let rows: TestRows;
let tenant: TenantId;

beforeEach(async () => {
  stub = await startStubQdrant();
  rows = createTestRows();
  tenant = newId('tenant');
});
afterEach(() => stub.close());

const point = (): IndexPoint => indexPoint({ id: newId('passage'), sparse: words, dense: Float32Array.of(1, 0, 0) });

function open(fallbackPassages = 10) {
  const calls = createQdrantCalls({
    url: stub.url,
    apiKey: null,
    retryDelayMs: 1,
    askMilliseconds: 500,
    openMilliseconds: 50,
  });
  const states = createTestStates();
  const collections = createCollections({
    calls,
    states,
    alias: 'footnote',
    embedder: { id: 'test', dimensions: 3 },
    onLive: async () => {},
  });
  const index = createQdrantIndex({ calls, collections, rows, states, fallbackPassages });
  const search = (query: Partial<IndexQuery> = {}, signal = never) =>
    index.search(
      {
        tenant,
        sparse: words,
        dense: Float32Array.of(1, 0, 0),
        filter: { clause: null, grants: null },
        limit: 5,
        ...query,
      },
      signal,
    );
  return { index, search };
}

describe('a Qdrant in trouble', () => {
  it('is replaced by words in memory for a small tenant, and comes back by itself', async () => {
    const passage = point();
    rows.put(tenant, [passage]);
    const { search } = open();
    stub.always(qdrantError(500, 'broken'));
    expect(await search()).toEqual({
      candidates: [{ id: passage.id, dense: null, sparse: expect.closeTo(Math.log(1 + 0.5 / 1.5), 5) }],
      degradation: { to: 'words, in memory', cause: 'INDEX_UNAVAILABLE' },
    });
    stub.always(null);
    await expect.poll(async () => (await search()).degradation).toBeNull();
  });

  it('keeps permissions, filters and tenants apart all the same', async () => {
    rows.put(tenant, [{ ...point(), acl: ['group:board'] }]);
    rows.put(newId('tenant'), [point()]);
    const { search } = open();
    await stub.close();
    expect((await search({ filter: { clause: null, grants: ['group:support'] } })).candidates).toEqual([]);
    expect((await search({ filter: { clause: null, grants: ['group:board'] } })).candidates).toHaveLength(1);
    stub = await startStubQdrant();
  });

  it.each([
    ['refuses connections', async () => await stub.close(), /QDRANT_URL/],
    ['does not answer', async () => stub.always({ never: true }), /took too long/],
    ['rejects the key', async () => stub.always({ status: 401, body: 'Invalid API key' }), /QDRANT_API_KEY/],
    ['is something else', async () => stub.always({ body: 'hello' }), /not Qdrant/],
  ])('fails a large tenant when it %s, and says what to do', async (_name, breakIt, expected) => {
    rows.put(tenant, [point(), point()]);
    const { index, search } = open(1);
    await breakIt();
    await expect(search()).rejects.toMatchObject({
      code: 'INDEX_UNAVAILABLE',
      detail: expect.stringMatching(expected),
    });
    expect(await index.health(never)).toMatchObject({ state: 'degraded' });
  });

  it('says that it is slow when the one who asks for its health waits no longer', async () => {
    const { index, search } = open();
    await search();
    stub.always({ never: true });
    expect(await index.health(AbortSignal.timeout(20))).toMatchObject({
      state: 'degraded',
      detail: expect.stringMatching(/took too long.* searched by words/),
    });
  });

  it('is down for everybody without a fallback', async () => {
    const { index, search } = open(0);
    rows.put(tenant, [point()]);
    stub.always(qdrantError(503, 'starting'));
    await expect(search()).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
    expect(await index.health(never)).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('INDEX_FALLBACK_PASSAGES'),
    });
  });

  it('looks for its collection again after it was told that it is gone', async () => {
    rows.put(tenant, [point()]);
    const { search } = open();
    await search();
    const lookUps = () => stub.requests.filter(({ path }) => path === '/aliases').length;
    const before = lookUps();
    stub.reply(qdrantError(404, 'Not found: Collection `footnote_test_1` doesn`t exist!'));
    expect((await search()).degradation).not.toBeNull();
    expect((await search()).degradation).toBeNull();
    expect(lookUps()).toBe(before + 1);
  });

  it('says that another program has put its collection in the place of ours', async () => {
    rows.put(tenant, [point()]);
    const { index, search } = open();
    await search();
    expect(await index.health(never)).toMatchObject({ state: 'ok' });
    stub.describeAs({});
    stub.reply(qdrantError(400, 'Wrong input: Vector dimension error: expected dim: 5, got 3'));
    expect((await search()).degradation).not.toBeNull();
    const foreign = /made by another program.*QDRANT_ALIAS/;
    expect(await index.health(never)).toMatchObject({ state: 'degraded', detail: expect.stringMatching(foreign) });
    await expect(open(0).search()).rejects.toMatchObject({ detail: expect.stringMatching(foreign) });
  });

  it('does not compare vectors of different embedders', async () => {
    rows.put(tenant, [point()]);
    const { index, search } = open();
    await index.refresh(tenant);
    expect((await search({ embedder: 'another' })).degradation).toEqual({ to: 'words', cause: 'INDEX_UNAVAILABLE' });
    expect(JSON.stringify(stub.requests.at(-1)?.body)).not.toContain('hnsw_ef');
    const query = { dense: Float32Array.of(1, 0), sparse: { indices: Int32Array.of(), values: Float32Array.of() } };
    await expect(open(0).search(query)).rejects.toMatchObject({
      detail: expect.stringContaining('EMBEDDING_DIMENSIONS'),
    });
  });

  it('writes again what was not finished, and notes nothing before', async () => {
    const { index } = open();
    rows.put(tenant, [point()]);
    const count = { body: { result: { count: 0 }, status: 'ok', time: 0 } };
    await index.count(newId('tenant'));
    stub.reply(count, { body: { result: { operation_id: 1, status: 'acknowledged' }, status: 'ok', time: 0 } });
    await expect(index.refresh(tenant)).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
    await index.refresh(tenant);
    const upserts = stub.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/points?'));
    expect(upserts.map(({ path }) => path)).toEqual(Array(2).fill('/collections/footnote_test_1/points?wait=true'));
  });

  it('asks for the tenant in every request about points', async () => {
    rows.put(tenant, [point()]);
    const { index, search } = open();
    await search();
    await index.count(tenant);
    rows.publish(tenant, 'doc_refunds', null);
    await search();
    const about = stub.requests.filter(({ method, path }) => method === 'POST' && path.includes('/points'));
    expect(about.length).toBeGreaterThan(3);
    for (const { body } of about)
      expect(JSON.stringify(body)).toContain(`"key":"tenant","match":{"value":"${tenant}"}`);
  });
});
