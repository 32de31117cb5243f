import { expect, it } from 'vitest';
import { estimateInterval, estimateMean } from './bootstrap.ts';

it('brackets the mean, the same way for the same seed', () => {
  const values = Array.from({ length: 400 }, (_, index) => Number(index % 10 < 9));
  const estimate = estimateMean(values, 7);
  expect(estimate).toEqual(estimateMean(values, 7));
  expect(estimate?.mean).toBeCloseTo(0.9, 12);
  // The normal approximation gives .9 ± .029.
  expect(estimate?.lower).toBeGreaterThan(0.85);
  expect(estimate?.lower).toBeLessThan(0.885);
  expect(estimate?.upper).toBeGreaterThan(0.915);
  expect(estimate?.upper).toBeLessThan(0.95);
});
it('has no estimate without values', () => {
  expect(estimateMean([])).toBeNull();
});
it('gives the interval of any statistic, leaving out samples without one', () => {
  const values = Array.from({ length: 400 }, (_, index) => Number(index % 10 < 9));
  const mean = (sample: readonly number[]) => sample.reduce((sum, value) => sum + value, 0) / sample.length;
  const [lower, upper] = estimateInterval(values, mean, 7) ?? [];
  expect(lower).toBeCloseTo(estimateMean(values, 7)?.lower ?? 0, 2);
  expect(upper).toBeCloseTo(estimateMean(values, 7)?.upper ?? 0, 2);
  expect(estimateInterval(values, () => null)).toBeNull();
});
