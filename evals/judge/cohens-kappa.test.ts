import { expect, test } from 'vitest';
import { cohensKappa } from './cohens-kappa.ts';

const pairs = (both: number, first: number, second: number, none: number) => [
  ...Array.from({ length: both }, () => [true, true] as const),
  ...Array.from({ length: first }, () => [true, false] as const),
  ...Array.from({ length: second }, () => [false, true] as const),
  ...Array.from({ length: none }, () => [false, false] as const),
];

test('is agreement beyond chance', () => {
  // 35 of 50 agree, where chance is .5: the textbook's (.7 - .5) / .5.
  expect(cohensKappa(pairs(20, 5, 10, 15))).toBeCloseTo(0.4, 12);
  expect(cohensKappa(pairs(10, 0, 0, 10))).toBe(1);
  expect(cohensKappa(pairs(0, 10, 10, 0))).toBe(-1);
  expect(cohensKappa(pairs(25, 25, 25, 25))).toBe(0);
});

test('is not defined without pairs, or where nobody ever says anything else', () => {
  expect(cohensKappa([])).toBeNull();
  expect(cohensKappa(pairs(5, 0, 0, 0))).toBeNull();
});
