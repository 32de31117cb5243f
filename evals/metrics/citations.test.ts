import { expect, it } from 'vitest';
import type { Quote } from '../../src/domain/answer.ts';
import { citationScores } from './citations.ts';

const quote = (number: number, text: string): Quote => ({
  number,
  text,
  passageId: 'psg_1',
  documentId: 'doc_1',
  version: 1,
  start: 0,
  end: text.length,
  uri: null,
  title: 't',
  headingPath: [],
  page: null,
});
/** Every word of the sentence stands in the quotes. */
const entails = (sentence: string, quotes: readonly string[]) =>
  sentence.split(' ').every((word) => quotes.join(' ').split(' ').includes(word));
const sentence = (text: string, citations: number[]) => ({ text, citations, groundedness: 1 });

it('counts a supported sentence with one needed and one superfluous citation', () => {
  const answer = { sentences: [sentence('a b', [1, 2])], quotes: [quote(1, 'a b'), quote(2, 'x')] };
  expect(citationScores(answer, entails)).toEqual({ recall: 1, precision: 0.5 });
});
it('counts both citations of a sentence that needs both', () => {
  const answer = { sentences: [sentence('a b', [1, 2])], quotes: [quote(1, 'a'), quote(2, 'b')] };
  expect(citationScores(answer, entails)).toEqual({ recall: 1, precision: 1 });
});
it('counts an uncited sentence and a dangling number against the answer', () => {
  const answer = { sentences: [sentence('a', []), sentence('a', [9])], quotes: [quote(1, 'a')] };
  expect(citationScores(answer, entails)).toEqual({ recall: 0, precision: 0 });
});
it('is undefined for an empty answer', () => {
  expect(citationScores({ sentences: [], quotes: [] }, entails)).toEqual({ recall: null, precision: null });
});
