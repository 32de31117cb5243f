import { expect, it } from 'vitest';
import { estimateMean } from './bootstrap.ts';

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
