import { describe, expect, it } from 'vitest';
import { pack } from './pack.ts';
import type { ScoredPassage } from './retrieve.ts';

const countTokens = (text: string) => text.split(' ').length;
const passage = (
  name: string,
  text: string,
  ordinal: number,
  documentId: `doc_${string}` = 'doc_a',
): ScoredPassage => ({
  id: `psg_${name}`,
  documentId,
  version: 1,
  ordinal,
  text,
  start: 0,
  end: text.length,
  headingPath: [],
  page: null,
  title: 'T',
  uri: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
  score: 1,
  dense: null,
  sparse: 1,
  steps: [],
});
const names = (passages: readonly ScoredPassage[]) => passages.map(({ id }) => id.slice(4));
const options = { limit: 10, tokenBudget: 100, countTokens };

describe('pack', () => {
  it('drops what says the same and keeps what differs in a number', () => {
    const ranked = [
      passage('a', 'Deleted files are kept for 30 days.', 0),
      passage('b', 'Deleted files are kept for 30 days', 0, 'doc_b'),
      passage('c', 'Deleted files are kept for 60 days.', 0, 'doc_c'),
    ];
    expect(names(pack(ranked, options))).toEqual(['a', 'c']);
  });
  it('puts neighbours together in reading order, at the place of the better one', () => {
    const ranked = [
      passage('5', 'five apples', 5),
      passage('x', 'other things', 0, 'doc_b'),
      passage('4', 'four pears', 4),
      passage('6', 'six plums', 6),
    ];
    expect(names(pack(ranked, options))).toEqual(['4', '5', '6', 'x']);
  });
  it('fits the budget, skipping what is too long, but never gives nothing', () => {
    const ranked = [
      passage('a', 'one two three', 0),
      passage('b', 'a much longer text than fits', 2),
      passage('c', 'four five', 4),
    ];
    expect(names(pack(ranked, { ...options, tokenBudget: 5 }))).toEqual(['a', 'c']);
    expect(names(pack(ranked, { ...options, tokenBudget: 1 }))).toEqual(['a']);
    expect(names(pack(ranked, { ...options, limit: 1 }))).toEqual(['a']);
  });
});
