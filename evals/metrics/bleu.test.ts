import { expect, it } from 'vitest';
import { bleu4 } from './bleu.ts';

const pair = (candidate: string, reference: string) => ({ candidate, reference });

it('is 100 for the reference itself, whatever its capitals', () => {
  expect(bleu4([pair('When did they disband?', 'when did they disband ?')])).toBeCloseTo(100, 10);
});

it('multiplies the four precisions and the brevity penalty', () => {
  // Candidate a b c d e against a b c d f g, by hand: 4/5, 3/4, 2/3, 1/2, and 5 words for 6.
  const precision = ((4 / 5) * (3 / 4) * (2 / 3) * (1 / 2)) ** 0.25;
  expect(bleu4([pair('a b c d e', 'a b c d f g')])).toBeCloseTo(100 * precision * Math.exp(1 - 6 / 5), 10);
});

it('counts a word no more often than its reference has it', () => {
  // 5 of 8 words, 4 of 7, 3 of 6 and 2 of 5 n-grams once the repeated ones are clipped; longer than the reference: no penalty.
  const precision = ((5 / 8) * (4 / 7) * (3 / 6) * (2 / 5)) ** 0.25;
  expect(bleu4([pair('a b c d e e e e', 'a b c d e')])).toBeCloseTo(100 * precision, 10);
});

it('adds counts over the corpus before it divides', () => {
  // 4 + 1 of 4 + 4 words, 3 + 0 of 3 + 3, 2 + 0 of 2 + 2, 1 + 0 of 1 + 1.
  const precision = ((5 / 8) * (3 / 6) * (2 / 4) * (1 / 2)) ** 0.25;
  expect(bleu4([pair('a b c d', 'a b c d'), pair('a x y z', 'a p q r')])).toBeCloseTo(100 * precision, 10);
});

it('is 0 without a common 4-gram', () => {
  expect(bleu4([pair('a b c', 'a b c')])).toBe(0);
  expect(bleu4([])).toBe(0);
});
