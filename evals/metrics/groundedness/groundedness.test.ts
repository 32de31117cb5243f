import { describe, expect, it } from 'vitest';
import { recordedAnswer, recordedPassage, recordedQuote, refusedAnswer } from '../../../test/recorded-answer.ts';
import { scoreOf } from '../../../test/score-of.ts';

const yearly = 'Yearly plans are refunded in full when you ask within 30 days of the purchase.';
const monthly = 'Monthly plans are not refunded under any circumstances.';
const quotes = [recordedQuote(1, yearly), recordedQuote(2, monthly)];
/** The first sentence is supported; the second is true and cites the wrong quote; the third stands nowhere. */
const mixed = recordedAnswer(`${yearly} ${monthly} The board resigned because of a quarrel over harbours. What else?`, {
  citations: [[1], [1], [2], []],
  quotes,
  retrieved: [recordedPassage('refunds.md', `${yearly}\n${monthly}`, 0)],
});

describe('groundedness', () => {
  it('is of claims against the quotes that they cite', () => {
    expect(scoreOf('groundednessMean', {}, mixed)).toBeCloseTo(1 / 3, 12);
    expect(scoreOf('groundednessStrict', {}, mixed)).toBe(0);
    expect(Number(scoreOf('groundednessMin', {}, mixed))).toBeLessThan(0.3);
    expect(scoreOf('groundednessCharacters', {}, mixed)).toBeGreaterThan(1 / 3);
    expect(scoreOf('unsupportedRate', {}, mixed)).toBeCloseTo(2 / 3, 12);
  });
  it('is of claims against all that was retrieved; the gap is misattribution', () => {
    expect(scoreOf('groundednessMeanInContext', {}, mixed)).toBeCloseTo(2 / 3, 12);
    expect(scoreOf('misattributionRate', {}, mixed)).toBeCloseTo(1 / 3, 12);
  });
  it('is full for what stands in the quotes', () => {
    const copied = recordedAnswer(yearly);
    expect(scoreOf('groundednessMean', {}, copied)).toBe(1);
    expect(scoreOf('groundednessStrict', {}, copied)).toBe(1);
    expect(scoreOf('contradictionRate', {}, copied)).toBe(0);
  });
  it('flags another number and the opposite', () => {
    for (const text of [yearly.replace('30', '60'), monthly.replace('are not', 'are')])
      expect(scoreOf('contradictionRate', {}, recordedAnswer(text, { citations: [[1, 2]], quotes })), text).toBe(1);
  });
  it('is not defined for a refusal, without a claim and without texts', () => {
    expect(scoreOf('groundednessMean', {}, refusedAnswer())).toBe('na');
    expect(scoreOf('groundednessMean', {}, recordedAnswer('## Refunds\n\nWhat else?'))).toBe('na');
    expect(scoreOf('groundednessMeanInContext', {}, recordedAnswer(yearly))).toBe('na');
    expect(scoreOf('groundednessMeanEndToEnd', { answerable: true }, refusedAnswer())).toBe(0);
  });
});
