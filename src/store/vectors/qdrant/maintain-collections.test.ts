import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestTenant, openTestDatabase } from '../../../../test/open-database.ts';
import { type StubQdrant, startStubQdrant } from '../../../../test/stub-qdrant.ts';
import type { TenantId } from '../../../domain/ids.ts';
import type { IndexStates } from '../../index-states.ts';
import { createIndexStateStore } from '../../postgres/index-state-store.ts';
import type { SqlDriver } from '../../sql.ts';
import { createCollections } from './collections.ts';
import { maintainCollections } from './maintain-collections.ts';
import { createQdrantCalls } from './qdrant-calls.ts';

const hour = 3_600_000;
const switchedAt = Date.parse('2026-01-01T00:00:00.000Z');
let driver: SqlDriver;
let stub: StubQdrant;
let states: IndexStates;

beforeAll(async () => {
  driver = await openTestDatabase();
});
afterAll(() => driver.close());
beforeEach(async () => {
  stub = await startStubQdrant();
  states = createIndexStateStore(driver, { now: () => new Date(switchedAt) });
  for (const [name, embedder] of [
    ['footnote_old_1', 'old'],
    ['footnote_test_1', 'test'],
    ['footnote_next_1', 'next'],
  ] as const)
    await states.addCollection({ name, embedder, dimensions: 3 });
  await states.setLive('footnote_old_1');
  await states.setLive('footnote_test_1');
});
afterEach(async () => {
  for (const { name } of await states.collections()) await states.removeCollection(name);
  await stub.close();
});

async function maintain({ after, passages = 0 }: { after: number; passages?: number }): Promise<number> {
  const calls = createQdrantCalls({ url: stub.url, apiKey: null });
  const collections = createCollections({
    calls,
    states,
    alias: 'footnote',
    embedder: { id: 'test', dimensions: 3 },
    onLive: async () => {},
  });
  const rows = { passages: async () => passages };
  return await maintainCollections({ calls, collections, states, rows, now: () => switchedAt + after });
}

const deletions = () => stub.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
const names = async () => (await states.collections()).map(({ name }) => name).toSorted();

it('keeps what was live for a day, so that going back is one request', async () => {
  await maintain({ after: 24 * hour });
  expect(deletions()).toEqual([]);
  expect(await names()).toEqual(['footnote_next_1', 'footnote_old_1', 'footnote_test_1']);
});

it('drops what was live after a day, and nothing else', async () => {
  await maintain({ after: 24 * hour + 1 });
  expect(deletions()).toEqual(['/collections/footnote_old_1']);
  expect(await names()).toEqual(['footnote_next_1', 'footnote_test_1']);
});

it('never drops what the alias stands for, and lets the notes follow it', async () => {
  await states.setLive('footnote_old_1');
  await maintain({ after: 23 * hour });
  expect(deletions()).toEqual([]);
  const live = (await states.collections()).filter(({ isLive }) => isLive);
  expect(live.map(({ name }) => name)).toEqual(['footnote_test_1']);
});

it('keeps a collection that Qdrant did not drop, and drops it the next time', async () => {
  stub.always({ status: 503, body: 'busy' });
  await expect(maintain({ after: 25 * hour })).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  expect(await names()).toContain('footnote_old_1');
  stub.always(null);
  await maintain({ after: 25 * hour });
  expect(await names()).not.toContain('footnote_old_1');
});

async function upToDate(): Promise<TenantId> {
  const tenant = await createTestTenant(driver);
  await driver.asOperator((sql) => sql.query('update tenants set generation = 4 where id = $1', [tenant]));
  await states.claim('footnote_test_1', tenant, 'filler', 60);
  await states.advance('footnote_test_1', tenant, 'filler', 4);
  await states.release('footnote_test_1', tenant, 'filler');
  return tenant;
}

it('forgets what it knew of a tenant whose points are fewer than its passages', async () => {
  const tenant = await upToDate();
  expect(await maintain({ after: 0 })).toBe(0);
  expect(await states.generation('footnote_test_1', tenant)).toBe(4);
  expect(await maintain({ after: 0, passages: 3 })).toBe(1);
  expect(await states.generation('footnote_test_1', tenant)).toBe(0);
});

it('deletes the points of a tenant that is gone', async () => {
  const tenant = await upToDate();
  await driver.asOperator((sql) => sql.query('delete from tenants where id = $1', [tenant]));
  await maintain({ after: 0 });
  const deleted = stub.requests.filter(({ path }) => path.includes('/points/delete'));
  expect(deleted).toEqual([
    expect.objectContaining({ body: { filter: { must: [{ key: 'tenant', match: { value: tenant } }] } } }),
  ]);
  expect(await states.orphans('footnote_test_1')).toEqual([]);
});
