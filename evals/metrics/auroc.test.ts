import { expect, it } from 'vitest';
import { auroc } from './auroc.ts';

const cases = (positives: number[], negatives: number[]) => [
  ...positives.map((score) => ({ score, positive: true })),
  ...negatives.map((score) => ({ score, positive: false })),
];

it('is the share of pairs in the right order, ties counting half', () => {
  expect(auroc(cases([3, 2], [1, 0]))).toBe(1);
  expect(auroc(cases([0], [1]))).toBe(0);
  expect(auroc(cases([1, 1], [1]))).toBe(0.5);
  expect(auroc(cases([0.9, 0.4], [0.5, 0.1, 0.4]))).toBeCloseTo((3 + 1.5) / 6, 12);
});
it('is undefined with one class', () => {
  expect(auroc(cases([1], []))).toBeNull();
});
