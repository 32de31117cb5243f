import { expect, it } from 'vitest';
import { rouge1 } from './rouge.ts';

it('is the harmonic mean of precision and recall over words', () => {
  // Common: when, did, retire. P = 3/4, R = 3/5.
  const expected = (2 * (3 / 4) * (3 / 5)) / (3 / 4 + 3 / 5);
  const pair = { candidate: 'When did he retire?', reference: 'when did Bear Bryant retire' };
  expect(rouge1([pair])).toBeCloseTo(100 * expected, 10);
});

it('counts a repeated word as often as both sides have it, and takes the mean over pairs', () => {
  // The first pair: 1 common of 3 and 1, F = 2/4; the second has nothing in common.
  const pairs = [
    { candidate: 'a a a', reference: 'a' },
    { candidate: 'b', reference: 'c' },
  ];
  expect(rouge1(pairs)).toBeCloseTo(100 * ((2 / 4 + 0) / 2), 10);
  expect(rouge1([])).toBe(0);
});
