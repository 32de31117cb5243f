import { beforeEach, describe, expect, it } from 'vitest';
import { indexPoint } from '../../../../test/index-point.ts';
import { createTestRows, type TestRows } from '../../../../test/index-rows.ts';
import { newId, type TenantId } from '../../../domain/ids.ts';
import type { IndexSource } from '../../vector-index.ts';
import { createTermStatistics } from './term-statistics.ts';

let rows: TestRows;
let tenant: TenantId;
let counts: number;

beforeEach(() => {
  rows = createTestRows();
  tenant = newId('tenant');
  counts = 0;
});

const counted = (): Pick<IndexSource, 'changesSince' | 'sparseVectors'> => ({
  changesSince: rows.changesSince,
  sparseVectors(owner) {
    counts += 1;
    return rows.sparseVectors(owner);
  },
});

/** A document of so many passages that all hold these terms. */
function publish(document: `doc_${string}`, passages: number, terms: readonly number[], version = 1): void {
  const sparse = { indices: Int32Array.from(terms), values: new Float32Array(terms.length).fill(1) };
  const points = Array.from({ length: passages }, () =>
    indexPoint({ id: newId('passage'), documentId: document, sparse, version }),
  );
  rows.publish(tenant, document, points);
}

const formula = (passages: number, having: number) => Math.log(1 + (passages - having + 0.5) / (having + 0.5));

async function ask(statistics: ReturnType<typeof createTermStatistics>, ...terms: number[]): Promise<number[]> {
  const generation = await rows.generation(tenant);
  return [...(await statistics.inverseDocumentFrequencies(tenant, generation, Int32Array.from(terms)))];
}

function expectClose(values: readonly number[], expected: readonly number[]): void {
  expect(values).toHaveLength(expected.length);
  for (const [position, value] of expected.entries()) expect(values[position]).toBeCloseTo(value, 6);
}

it('counts the passages that hold each term, of that tenant alone', async () => {
  publish('doc_a', 3, [-5, 7]);
  publish('doc_b', 1, [7, 2_000_000_000]);
  const other = tenant;
  tenant = newId('tenant');
  publish('doc_c', 50, [7]);
  tenant = other;
  const statistics = createTermStatistics(counted());
  expectClose(await ask(statistics, 7, -5, 2_000_000_000, 8), [
    formula(4, 4),
    formula(4, 3),
    formula(4, 1),
    formula(4, 0),
  ]);
});

it('gives a tenant without passages the most that a term can weigh', async () => {
  expectClose(await ask(createTermStatistics(counted()), 7), [formula(0, 0)]);
});

describe('a small tenant', () => {
  it('is counted again when its texts change, and only then', async () => {
    const statistics = createTermStatistics(counted());
    publish('doc_a', 2, [7]);
    await ask(statistics, 7);
    await ask(statistics, 7);
    expect(counts).toBe(1);
    publish('doc_b', 2, [8]);
    expectClose(await ask(statistics, 7), [formula(4, 2)]);
    rows.publish(tenant, 'doc_b', null);
    expectClose(await ask(statistics, 7), [formula(2, 2)]);
    expect(counts).toBe(3);
  });

  it('is not counted again for a vector that was saved', async () => {
    const statistics = createTermStatistics(counted());
    publish('doc_a', 2, [7]);
    await ask(statistics, 7);
    publish('doc_a', 2, [7]);
    await ask(statistics, 7);
    expect(counts).toBe(1);
  });

  it('is counted again after the database was restored from an older backup', async () => {
    const statistics = createTermStatistics(counted());
    for (let turn = 0; turn < 5; turn += 1) publish('doc_a', 2, [7], turn);
    await ask(statistics, 7);
    rows.restore(tenant, 1);
    expectClose(await ask(statistics, 7), [formula(0, 0)]);
  });
});

describe('a large tenant', () => {
  it('keeps its figures until more than 1 % of its passages changed, then counts beside the searches', async () => {
    const statistics = createTermStatistics(counted());
    publish('doc_a', 6_000, [7]);
    await ask(statistics, 7);
    publish('doc_b', 60, [8]);
    expectClose(await ask(statistics, 7, 8), [formula(6_000, 6_000), formula(6_000, 0)]);
    expect(counts).toBe(1);
    publish('doc_c', 1, [8]);
    expectClose(await ask(statistics, 8), [formula(6_000, 0)]);
    await expect.poll(async () => (await ask(statistics, 8))[0]).toBeCloseTo(formula(6_061, 61), 6);
    expect(counts).toBe(2);
  });
});

it('shares one count among searches that come together', async () => {
  publish('doc_a', 2, [7]);
  const statistics = createTermStatistics(counted());
  await Promise.all([ask(statistics, 7), ask(statistics, 7), ask(statistics, 8)]);
  expect(counts).toBe(1);
});
