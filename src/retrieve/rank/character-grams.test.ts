import { expect, it } from 'vitest';
import { createGrams, scoreGrams } from './character-grams.ts';

const shareOf = (question: string, text: string) => {
  const { count, read } = createGrams(question);
  return read(text).frequencies.filter((frequency) => frequency > 0).length / count;
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

it('counts how often and among how many', () => {
  const { frequencies, length } = createGrams('abcd').read('abcd xabcdy');
  expect([...frequencies]).toEqual([2]);
  expect(length).toBe(4);
  expect(createGrams('abcd', -1).read('abcd').length).toBe(2);
});

it('scores by BM25: more of a gram is better, a longer text is worse, none is nothing', () => {
  const { score, coverage, ideal } = scoreGrams('Verteidigung', [
    'Verteidigung Verteidigung Angriff',
    'Verteidigung Angriff Angriff',
    `Verteidigung ${'Angriff '.repeat(20)}`,
    'Angriff',
  ]);
  expect(score).toEqual([...score].sort((one, other) => other - one));
  expect(new Set(score).size).toBe(4);
  expect(score[3]).toBe(0);
  expect(score[0]).toBeLessThan(ideal);
  expect(coverage).toEqual([1, 1, 1, 0]);
});
