import { expect, it } from 'vitest';
import { auprc, f1 } from './detection.ts';

const cases = [
  { score: 0.9, positive: true },
  { score: 0.8, positive: false },
  { score: 0.7, positive: true },
  { score: 0.1, positive: false },
];

it('is the mean precision where a positive is found', () => {
  expect(auprc(cases)).toBeCloseTo((1 + 2 / 3) / 2, 12);
});
it('takes cases of one score together, in any order', () => {
  const tied = cases.map(({ positive }) => ({ score: 1, positive }));
  expect(auprc(tied)).toBe(0.5);
  expect(auprc(tied.toReversed())).toBe(0.5);
});
it('is the harmonic mean of precision and recall above the threshold', () => {
  // Above .7: one of two is positive, one of two positives found.
  expect(f1(cases, 0.7)).toBeCloseTo(0.5, 12);
  expect(f1(cases, 0.95)).toBe(0);
});
it('is undefined without a positive', () => {
  const none = [{ score: 1, positive: false }];
  expect([auprc(none), f1(none, 0)]).toEqual([null, null]);
});
