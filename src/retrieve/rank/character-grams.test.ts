import { expect, it } from 'vitest';
import { createGrams } from './character-grams.ts';

const shareOf = (question: string, text: string) => {
  const { count, presence } = createGrams(question);
  return presence(text).reduce((sum, has) => sum + has, 0) / count;
};

it('finds parts of compounds and other forms of a word, in any case', () => {
  expect(shareOf('Verteidigung', 'Die VERTEIDIGUNGSLINIE hielt.')).toBe(1);
  expect(shareOf('Verteidigung', 'Verteidiger')).toBeCloseTo(6 / 9, 9);
  expect(shareOf('Verteidigung', 'Der Angriff kam.')).toBe(0);
});

it('does not reach over spaces, and takes pairs of ideographs', () => {
  expect(shareOf('abcd', 'ab cd')).toBe(0);
  expect(createGrams('退款政策').count).toBe(3);
  expect(shareOf('退款政策', '我们的退款规则与政策')).toBeCloseTo(2 / 3, 9);
});
