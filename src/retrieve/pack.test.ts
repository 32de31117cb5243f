import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { pack } from './pack.ts';
import type { ScoredPassage } from './retrieve.ts';

const countTokens = (text: string) => text.split(' ').length;
const passage = (name: string, text: string, ordinal: number, documentId: `doc_${string}` = 'doc_a'): ScoredPassage =>
  scoredPassage({ id: `psg_${name}`, documentId, ordinal, text });
const names = (passages: readonly ScoredPassage[]) => passages.map(({ id }) => id.slice(4));
const packed = (...input: Parameters<typeof pack>) => pack(...input).passages;
const options = { limit: 10, tokenBudget: 100, countTokens };

describe('pack', () => {
  it('puts neighbours together in reading order, at the place of the better one', () => {
    const ranked = [
      passage('5', 'five apples', 5),
      passage('x', 'other things', 0, 'doc_b'),
      passage('4', 'four pears', 4),
      passage('6', 'six plums', 6),
    ];
    expect(names(packed(ranked, options))).toEqual(['4', '5', '6', 'x']);
  });
  it('fits the budget, skipping what is too long, but never gives nothing', () => {
    const ranked = [
      passage('a', 'one two three', 0),
      passage('b', 'a much longer text than fits', 2),
      passage('c', 'four five', 4),
    ];
    expect(names(packed(ranked, { ...options, tokenBudget: 5 }))).toEqual(['a', 'c']);
    expect(names(packed(ranked, { ...options, tokenBudget: 1 }))).toEqual(['a']);
    expect(names(packed(ranked, { ...options, limit: 1 }))).toEqual(['a']);
  });
  it('says what the budget had no room for', () => {
    const ranked = [passage('a', 'one two three', 0), passage('b', 'a much longer text than fits', 2)];
    expect(pack(ranked, { ...options, tokenBudget: 5 }).dropped).toEqual([
      {
        passage: ranked[1],
        step: 'pack',
        detail: 'Its passage has 6 tokens; of the 5 that all may have, 2 were left.',
      },
    ]);
  });
});
