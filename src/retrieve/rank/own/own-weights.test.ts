import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../domain/ids.ts';
import type { OwnRanker } from '../../../store/rankers.ts';
import { readShippedFit } from '../shipped-fit.ts';
import { createOwnWeights, freshMilliseconds } from './own-weights.ts';

const shipped = readShippedFit();
const tenant = newId('tenant');
const own: OwnRanker = {
  fittedAt: '2026-02-03T04:05:06.000Z',
  shippedHash: shipped.hash,
  weights: { hybrid: { ...shipped.hybrid, intercept: 7 }, lexical: shipped.lexical },
  verdict: {
    passed: true,
    reasons: [],
    questions: 30,
    before: 0.5,
    after: 0.6,
    gain: { mean: 0.1, lower: 0.05, upper: 0.15 },
    judgedAt: '2026-02-03T04:05:06.000Z',
    generation: 1,
    judgements: 'sha256:0',
  },
};

let stored: OwnRanker | null;
let reads: number;
let time: number;
const rankers = {
  async get() {
    reads += 1;
    return stored;
  },
};
const open = () => createOwnWeights({ rankers, shipped, now: () => time });

beforeEach(() => {
  stored = own;
  reads = 0;
  time = 0;
});

describe('createOwnWeights', () => {
  it('reads once, and sees what another process did as soon as that is no longer fresh', async () => {
    const weights = open();
    expect((await weights.of(tenant))?.hybrid.intercept).toBe(7);
    stored = null;
    time = freshMilliseconds - 1;
    expect(await weights.of(tenant)).not.toBeNull();
    expect(reads).toBe(1);
    time = freshMilliseconds;
    expect(await weights.of(tenant)).toBeNull();
  });

  it('sees at once what this process did', async () => {
    const weights = open();
    await weights.of(tenant);
    stored = null;
    weights.forget(tenant);
    expect(await weights.of(tenant)).toBeNull();
  });

  it('asks again after the store failed', async () => {
    let fails = true;
    const weights = createOwnWeights({
      rankers: { get: async () => (fails ? Promise.reject(new Error('down')) : own) },
      shipped,
      now: () => 0,
    });
    await expect(weights.of(tenant)).rejects.toThrow('down');
    fails = false;
    expect(await weights.of(tenant)).not.toBeNull();
  });

  it('leaves weights unused that name a feature which is gone, or lack one that came', async () => {
    const { bm25Share: _gone, ...fewer } = own.weights.lexical.features;
    const more = { ...own.weights.hybrid.features, invented: { value: 1, within: 1 } };
    stored = { ...own, weights: { ...own.weights, lexical: { intercept: 0, features: fewer } } };
    expect(await open().of(tenant)).toBeNull();
    stored = { ...own, weights: { ...own.weights, hybrid: { intercept: 0, features: more } } };
    expect(await open().of(tenant)).toBeNull();
  });
});
