import { expect, it } from 'vitest';
import { fitLogistic, solve } from './logistic.ts';

it('solves linear equations', () => {
  expect([...solve(Float64Array.of(0, 2, 1, 1), Float64Array.of(4, 5))]).toEqual([3, 2]);
});

it('finds the weights that data was made with, and none for a column that says nothing', () => {
  const [intercept, slope] = [-1, 2];
  const points = Array.from({ length: 41 }, (_, index) => -2 + index / 10);
  const rows = points.flatMap((x) => {
    const probability = 1 / (1 + Math.exp(-(intercept + slope * x)));
    return [
      { x, label: 1, weight: probability },
      { x, label: 0, weight: 1 - probability },
    ];
  });
  const fit = fitLogistic(
    {
      columns: 2,
      values: Float64Array.from(rows.flatMap(({ x }) => [x, 7])),
      labels: Float64Array.from(rows, ({ label }) => label),
      weights: Float64Array.from(rows, ({ weight }) => weight),
    },
    1e-7,
  );
  expect(fit.intercept).toBeCloseTo(intercept, 3);
  expect(fit.weights[0]).toBeCloseTo(slope, 3);
  expect(fit.weights[1]).toBeCloseTo(0, 3);
});
