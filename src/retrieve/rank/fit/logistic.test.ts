import { expect, it } from 'vitest';
import { fitLogistic, solve, type Table } from './logistic.ts';

it('solves linear equations', () => {
  expect([...solve(Float64Array.of(0, 2, 1, 1), Float64Array.of(4, 5))]).toEqual([3, 2]);
});

const [intercept, slope] = [-1, 2];

/** The data of the line above, with a second column that says nothing. */
function tableOfLine(): Table {
  const points = Array.from({ length: 41 }, (_, index) => -2 + index / 10);
  const rows = points.flatMap((x) => {
    const probability = 1 / (1 + Math.exp(-(intercept + slope * x)));
    return [
      { x, label: 1, weight: probability },
      { x, label: 0, weight: 1 - probability },
    ];
  });
  return {
    columns: 2,
    values: Float64Array.from(rows.flatMap(({ x }) => [x, 7])),
    labels: Float64Array.from(rows, ({ label }) => label),
    weights: Float64Array.from(rows, ({ weight }) => weight),
  };
}

it('finds the weights that data was made with, and none for a column that says nothing', () => {
  const fit = fitLogistic(tableOfLine(), 1e-7);
  expect(fit.intercept).toBeCloseTo(intercept, 3);
  expect(fit.weights[0]).toBeCloseTo(slope, 3);
  expect(fit.weights[1]).toBeCloseTo(0, 3);
});

it('stays at the fit that it is pulled towards, and leaves it by as much as the penalty lets it', () => {
  const towards = { intercept: 0.5, weights: [-1, 0.25] };
  const distance = (penalty: number) => Math.abs((fitLogistic(tableOfLine(), penalty, towards).weights[0] ?? 0) + 1);
  const held = fitLogistic(tableOfLine(), 1e6, towards);
  expect(held.intercept).toBeCloseTo(0.5, 3);
  expect(held.weights[0]).toBeCloseTo(-1, 3);
  expect(held.weights[1]).toBeCloseTo(0.25, 3);
  const distances = [10, 0.1, 1e-7].map(distance);
  expect(distances).toEqual([...distances].sort((one, other) => one - other));
  expect(distances[2]).toBeCloseTo(3, 3);
});

it('is the fit that it is pulled towards where there is no data', () => {
  const empty = { columns: 1, values: new Float64Array(0), labels: new Float64Array(0), weights: new Float64Array(0) };
  expect(fitLogistic(empty, 0.1, { intercept: -2, weights: [3] })).toEqual({ intercept: -2, weights: [3] });
});
