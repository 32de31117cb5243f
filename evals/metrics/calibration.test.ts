import { expect, test } from 'vitest';
import { expectedCalibrationError } from './calibration.ts';

const cases = (confidence: number, right: number, wrong: number) => [
  ...Array.from({ length: right }, () => ({ confidence, right: true })),
  ...Array.from({ length: wrong }, () => ({ confidence, right: false })),
];

test.each([
  ['as right as it says', cases(0.75, 3, 1), 0],
  ['sure and wrong', cases(1, 0, 4), 1],
  ['unsure and right', cases(0, 4, 0), 1],
  ['bins count by their cases', [...cases(0.95, 3, 0), ...cases(0.55, 0, 1)], (3 * 0.05 + 0.55) / 4],
  ['errors within a bin cancel out', [...cases(0.91, 1, 0), ...cases(0.99, 0, 1)], Math.abs(1.9 - 1) / 2],
])('%s', (_name, given, expected) => {
  expect(expectedCalibrationError(given)).toBeCloseTo(expected, 10);
});

test('nothing to say without answers', () => {
  expect(expectedCalibrationError([])).toBeNull();
});
