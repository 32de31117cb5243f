import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { splitSentences } from '../domain/sentences.ts';
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
  describe('with windows of sentences', () => {
    const text = 'Some words first. The best of all. And what follows it. At last this.';
    const windowsOf = (shares: readonly number[]) =>
      splitSentences(text).map((span, index) => ({ ...span, share: shares[index] ?? 0, cosine: null }));
    const windowed = (name: string, ordinal: number, score: number, shares: readonly number[]) => ({
      ...passage(name, text, ordinal),
      ...{ score, start: 100, end: 100 + text.length },
      steps: [{ step: 'rank', score, windows: windowsOf(shares), window: { start: 18, end: 34 } }],
    });

    it('cuts a passage to one stretch around its best window, with its place and what was compared', () => {
      const best = windowed('a', 0, 0.9, [0.2, 1, 0.9, 0.4]);
      const other = windowed('b', 5, 0.5, [0.1, 1, 0.2, 0.1]);
      const [first, second] = packed([best, other], { ...options, tokenBudget: 12 });
      expect(first).toMatchObject({ text: 'The best of all. And what follows it.', start: 118, end: 155 });
      expect(first?.steps[0]).toMatchObject({ window: { start: 0, end: 16 }, windows: [{ start: 0 }, { start: 17 }] });
      expect(second).toMatchObject({ text: 'The best of all.', start: 118, end: 134 });
      expect(packed([best, other], { ...options, tokenBudget: 100 })).toEqual([best, other]);
    });
    it('takes a passage with its best window or not at all, and says which had no room', () => {
      const long = { ...windowed('a', 0, 0.9, [0.2, 1, 0.2, 0.2]) };
      const { passages, dropped } = pack([long, windowed('b', 5, 0.5, [1, 0.5, 0.5, 0.9])], {
        ...options,
        tokenBudget: 6,
      });
      expect(passages.map((found) => found.text)).toEqual(['The best of all.']);
      expect(dropped.map(({ detail }) => detail)).toEqual([
        'Its best sentences have 3 tokens; of the 6 that all may have, 2 were left.',
      ]);
    });
    it('keeps whole what was reviewed and what its neighbour raised', () => {
      const reviewed = {
        ...windowed('a', 0, 0.9, [0.2, 1, 0.9, 0.4]),
        reviewed: { id: 'cur_1', question: 'q', sources: [], validUntil: null, variants: [] },
      };
      const raised = windowed('b', 0, 0.9, [0.2, 1, 0.9, 0.4]);
      const steps = [...raised.steps, { step: 'neighbour', score: 0.9 }];
      const first = passage('x', 'one two', 9);
      for (const whole of [reviewed, { ...raised, steps }])
        expect(names(packed([{ ...first, score: 1 }, whole], { ...options, tokenBudget: 9 }))).toEqual(['x']);
    });
    it('fits every budget with stretches that stand in their passages and hold their best window', () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.tuple(
              fc.double({ min: 0, max: 1, noNaN: true }),
              fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
            ),
            { minLength: 1, maxLength: 6 },
          ),
          fc.integer({ min: 5, max: 60 }),
          fc.integer({ min: 1, max: 6 }),
          (rows, tokenBudget, limit) => {
            const ranked = rows
              .map(([score, shares], index) => windowed(String(index), 2 * index, score, shares))
              .sort((one, other) => other.score - one.score);
            const taken = packed(ranked, { limit, tokenBudget, countTokens });
            expect(taken.length).toBeLessThanOrEqual(limit);
            expect(taken.reduce((sum, { text: part }) => sum + countTokens(part), 0)).toBeLessThanOrEqual(tokenBudget);
            for (const { id, text: part, start, end } of taken) {
              expect(text.slice(start - 100, end - 100)).toBe(part);
              const shares = rows[Number(id.slice(4))]?.[1] ?? [];
              const best = windowsOf(shares)[shares.indexOf(Math.max(...shares))];
              expect(part).toContain(text.slice(best?.start, best?.end));
            }
          },
        ),
      );
    });
  });
});
