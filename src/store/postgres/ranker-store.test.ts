import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import type { OwnRanker } from '../rankers.ts';
import { createRankerStore } from './ranker-store.ts';

const side = { intercept: -1, features: { coverage: { value: 1, within: 0.5 } } };
const ranker: OwnRanker = {
  fittedAt: '2026-02-03T04:05:06.000Z',
  shippedHash: 'sha256:1',
  weights: { hybrid: side, lexical: { ...side, intercept: -2 } },
  verdict: {
    passed: true,
    reasons: [],
    questions: 30,
    before: 0.5,
    after: 0.6,
    gain: { mean: 0.1, lower: 0.05, upper: 0.15 },
    judgedAt: '2026-02-03T04:05:06.000Z',
    generation: 7,
    judgements: 'sha256:2',
  },
};

describeOnEachDatabase('createRankerStore', (database) => {
  it('keeps the weights of each tenant with their verdict until they are reset', async () => {
    const store = createRankerStore(database());
    const [tenant, other] = [await createTestTenant(database()), await createTestTenant(database())];
    expect(await store.claim(tenant, 'one', 60)).toBe(true);
    expect(await store.get(tenant)).toBeNull();
    expect(await store.save(tenant, 'one', ranker)).toBe(true);
    await store.release(tenant, 'one');
    expect(await store.get(tenant)).toEqual(ranker);
    expect(await store.get(other)).toBeNull();
    await store.reset(tenant);
    expect(await store.get(tenant)).toBeNull();
  });

  it('lets one fit at a time run, and takes over from one that died', async () => {
    let time = 0;
    const store = createRankerStore(database(), { now: () => new Date(time) });
    const tenant = await createTestTenant(database());
    expect(await store.claim(tenant, 'one', 60)).toBe(true);
    expect(await store.claim(tenant, 'two', 60)).toBe(false);
    await store.release(tenant, 'two');
    expect(await store.claim(tenant, 'two', 60)).toBe(false);
    time = 61_000;
    expect(await store.claim(tenant, 'two', 60)).toBe(true);
    expect(await store.save(tenant, 'one', ranker)).toBe(false);
    await store.release(tenant, 'two');
    expect(await store.claim(tenant, 'three', 60)).toBe(true);
  });

  it('puts nothing into use that was fitted before a reset', async () => {
    const store = createRankerStore(database());
    const tenant = await createTestTenant(database());
    await store.claim(tenant, 'one', 60);
    await store.reset(tenant);
    expect(await store.save(tenant, 'one', ranker)).toBe(false);
    expect(await store.get(tenant)).toBeNull();
  });
});
