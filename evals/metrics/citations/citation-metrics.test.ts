import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answered,
  recordedAnswer,
  recordedPassage,
  recordedQuote,
  refusedAnswer,
} from '../../../test/recorded-answer.ts';
import { scoreOf, suiteScoreOf } from '../../../test/score-of.ts';
import type { Answered } from '../../metric.ts';
import { closestDistance } from './closest-distance.ts';

const yearly = 'Yearly plans are refunded in full when you ask within 30 days of the purchase.';
const monthly = 'Monthly plans are not refunded under any circumstances.';
const quotes = [recordedQuote(1, yearly), recordedQuote(2, monthly), recordedQuote(3, yearly)];

describe('citations', () => {
  it('are counted as in ALCE', () => {
    const answer = recordedAnswer(`${yearly} ${monthly}`, { citations: [[1, 2], []], quotes });
    expect(scoreOf('citationRecall', {}, answer)).toBe(0.5);
    expect(scoreOf('citationPrecision', {}, answer)).toBe(0.5);
    expect(scoreOf('citationF1', {}, answer)).toBe(0.5);
    expect(scoreOf('citationDensity', {}, answer)).toBe(1);
    expect(scoreOf('overCitation', {}, answer)).toBe(0.5);
    expect(scoreOf('uncitedSentences', {}, answer)).toBe(1);
  });
  it('that each suffice can be left out, one of them', () => {
    const answer = recordedAnswer(yearly, { citations: [[1, 3]], quotes });
    expect(scoreOf('citationPrecision', {}, answer)).toBe(1);
    expect(scoreOf('overCitation', {}, answer)).toBe(1);
  });
  it('count once a sentence, and dangle where no quote has their number', () => {
    const answer = recordedAnswer(yearly, { citations: [[1, 1, 7]], quotes });
    expect(scoreOf('danglingCitations', {}, answer)).toBe(1);
    expect(scoreOf('citationDensity', {}, answer)).toBe(2);
    expect(scoreOf('citationRecall', {}, answer)).toBe(0);
  });
  it('are accurate only with a verbatim quote', () => {
    const invented = [recordedQuote(1, yearly, { found: 'nowhere' })];
    expect(scoreOf('citationAccuracy', {}, recordedAnswer(yearly, { quotes: invented }))).toBe(0);
    expect(scoreOf('citationAccuracy', {}, recordedAnswer(yearly))).toBe(1);
  });
  it('an answer that cites nothing has no precision, and F1 0', () => {
    const bare = recordedAnswer(yearly, { citations: [[]], quotes: [] });
    expect([scoreOf('citationPrecision', {}, bare), scoreOf('citationF1', {}, bare)]).toEqual(['na', 0]);
  });
  it('micro F1 weighs answers by their claims', () => {
    const long = recordedAnswer(`${yearly} ${monthly}`, { citations: [[1], [2]], quotes });
    const bare = recordedAnswer(yearly, { citations: [[]], quotes: [] });
    const micro = (...given: Answered[]) => suiteScoreOf('citationF1Micro', given);
    // Recall 2 of 3, precision 1.
    expect(micro(answered({}, long), answered({}, bare), answered({}, refusedAnswer()))).toBeCloseTo(0.8, 12);
    expect(micro(answered({}, refusedAnswer()))).toBeNull();
  });
});

describe('quotes', () => {
  const found = (...places: ('at-offsets' | 'elsewhere' | 'nowhere' | 'unknown')[]) =>
    recordedAnswer(yearly, {
      quotes: places.map((place, index) => recordedQuote(index + 1, yearly, { found: place })),
    });

  it('are judged by where they were found; those of unread documents are not', () => {
    const answer = found('at-offsets', 'elsewhere', 'nowhere', 'unknown');
    expect(scoreOf('quoteVerbatim', {}, answer)).toBeCloseTo(2 / 3, 12);
    expect(scoreOf('quoteLocation', {}, answer)).toBeCloseTo(1 / 3, 12);
    expect(scoreOf('fabricatedQuotes', {}, answer)).toBe(1);
    for (const name of ['quoteVerbatim', 'quoteLocation', 'fabricatedQuotes', 'quoteFidelity'])
      expect(scoreOf(name, {}, found('unknown'))).toBe('na');
    expect(scoreOf('fabricatedQuotes', {}, refusedAnswer())).toBe(0);
  });
  it('have a fidelity by the closest stretch of their document', () => {
    const altered = recordedQuote(1, 'plans are refunded within 60 days', { found: 'nowhere' });
    const retrieved = [recordedPassage('refunds.md', 'All plans are  refunded within 30 days.')];
    expect(scoreOf('quoteFidelity', {}, recordedAnswer(yearly, { quotes: [altered], retrieved }))).toBeCloseTo(
      1 - 1 / 33,
      12,
    );
    expect(scoreOf('quoteFidelity', {}, found('elsewhere'))).toBe(1);
  });
  it('hold gold quotes and come from gold documents', () => {
    const gold = { doc: 'refunds.md', quote: 'within 30 days of the purchase' };
    const gold_quotes = [gold, { doc: 'refunds.md', quote: 'another sentence' }];
    expect(scoreOf('goldQuoteHeld', { gold_quotes }, recordedAnswer(yearly))).toBe(1);
    expect(scoreOf('allGoldQuotesHeld', { gold_quotes }, recordedAnswer(yearly))).toBe(0);
    expect(
      scoreOf('goldSourceRecall', { gold_docs: [{ id: 'refunds.md' }, { id: 'x' }] }, recordedAnswer(yearly)),
    ).toBe(0.5);
    expect(scoreOf('goldQuoteHeldEndToEnd', { gold_quotes }, refusedAnswer())).toBe(0);
    expect(scoreOf('goldQuoteHeld', { gold_quotes }, refusedAnswer())).toBe('na');
  });
});

describe('closestDistance', () => {
  it('is 0 for a stretch of the text, and never more than its length', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (before, wanted, after) => {
        expect(closestDistance(wanted, before + wanted + after)).toBe(0);
        expect(closestDistance(wanted, before)).toBeLessThanOrEqual(wanted.length);
      }),
    );
    expect(closestDistance('abcd', 'xxabzdxx')).toBe(1);
    expect(closestDistance('abcd', 'xxabdxx')).toBe(1);
  });
});
