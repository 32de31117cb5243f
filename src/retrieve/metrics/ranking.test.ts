import { expect, it } from 'vitest';
import { allHitAt, ndcgAt, recallAt, reciprocalRankAt } from './ranking.ts';

const grades = new Map([
  ['a', 2],
  ['b', 1],
  ['c', 0],
]);

it('computes nDCG with linear gain, as trec_eval does', () => {
  // (1/log2(2) + 2/log2(4)) / (2/log2(2) + 1/log2(3)) by hand.
  expect(ndcgAt(10, ['b', 'x', 'a'], grades)).toBeCloseTo((1 + 1) / (2 + 1 / Math.log2(3)), 12);
  expect(ndcgAt(10, ['a', 'b'], grades)).toBe(1);
  expect(ndcgAt(1, ['c'], grades)).toBe(0);
});
it('computes recall, all-hit and reciprocal rank', () => {
  expect(recallAt(1, ['a', 'b'], grades)).toBe(0.5);
  expect(allHitAt(1, ['a', 'b'], grades)).toBe(0);
  expect(allHitAt(2, ['a', 'b'], grades)).toBe(1);
  expect(reciprocalRankAt(10, ['c', 'x', 'b'], grades)).toBeCloseTo(1 / 3, 12);
  expect(reciprocalRankAt(2, ['c', 'x', 'b'], grades)).toBe(0);
});
it('is undefined when nothing is relevant', () => {
  const none = new Map([['c', 0]]);
  expect([
    ndcgAt(10, ['c'], none),
    recallAt(10, ['c'], none),
    allHitAt(10, ['c'], none),
    reciprocalRankAt(10, ['c'], none),
  ]).toEqual([null, null, null, null]);
});
