import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedAnswer, recordedPassage, refusedAnswer } from '../../../test/recorded-answer.ts';
import { scoreOf } from '../../../test/score-of.ts';
import { mergeSpans, spanRecall } from '../span-recall.ts';

const retrieved = (...documents: string[]) =>
  recordedAnswer('x', { retrieved: documents.map((id) => recordedPassage(id)) });

interface GoldenRun {
  readonly ranked: readonly number[];
  readonly grades: readonly (readonly [number, number])[];
  readonly values: Readonly<Record<string, number>>;
}

const golden = readFileSync(join(import.meta.dirname, '../golden/retrieval.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenRun);

describe('ranks', () => {
  it('equal those of ranx and trec_eval on 200 random runs', () => {
    expect(golden).toHaveLength(200);
    for (const { ranked, grades, values } of golden) {
      const gold_docs = grades.map(([id, grade]) => ({ id: String(id), grade }));
      const answer = retrieved(...ranked.map(String));
      for (const [name, wanted] of Object.entries(values)) {
        const found = scoreOf(name, { gold_docs }, answer);
        expect(Math.abs(Number(found) - wanted), `${name} ${JSON.stringify({ ranked, grades })}`).toBeLessThan(1e-9);
      }
    }
  });
  it('count documents, each at its best passage', () => {
    const gold_docs = [{ id: 'b' }];
    expect(scoreOf('mrr@10', { gold_docs }, retrieved('a', 'a', 'a', 'b'))).toBe(0.5);
    expect(scoreOf('precision@2', { gold_docs }, retrieved('b', 'b'))).toBe(0.5);
  });
  it('take the documents of gold quotes where no document is named, unless one may come from several', () => {
    const quote = { doc: 'a', quote: 'x' };
    expect(scoreOf('recall@5', { gold_quotes: [quote, { doc: 'b', quote: 'y' }] }, retrieved('a'))).toBe(0.5);
    expect(
      scoreOf('recall@5', { gold_quotes: [{ ...quote, alternatives: [{ doc: 'b', quote: 'x' }] }] }, retrieved('a')),
    ).toBe('na');
  });
  it('are judged for a refusal, and not where nothing is gold, answers or was told', () => {
    const gold_docs = [{ id: 'b' }];
    expect(scoreOf('hit@1', { gold_docs }, refusedAnswer())).toBe(0);
    expect(scoreOf('hit@1', {}, retrieved('a'))).toBe('na');
    expect(scoreOf('hit@1', { gold_docs: [{ id: 'b', grade: 0 }] }, retrieved('b'))).toBe('na');
    expect(scoreOf('hit@1', { gold_docs, answerable: false }, retrieved('b'))).toBe('na');
    expect(scoreOf('hit@1', { gold_docs }, recordedAnswer('x', { events: [] }))).toBe('na');
  });
});

describe('spans at a budget', () => {
  const text = 'Yearly plans are refunded within 30 days. Monthly plans are not refunded.';
  const gold = { doc: 'a', quote: 'Monthly plans are not refunded.', start: text.indexOf('Monthly') };
  const passages = (...list: ReturnType<typeof recordedPassage>[]) => recordedAnswer('x', { retrieved: list });

  it('count the characters of the gold quotes that fit', () => {
    const whole = passages(recordedPassage('a', text, 0));
    expect(scoreOf('spanRecall@100', { gold_quotes: [gold] }, whole)).toBe(1);
    expect(scoreOf('spanPrecision@100', { gold_quotes: [gold] }, whole)).toBeCloseTo(
      gold.quote.length / text.length,
      12,
    );
    expect(scoreOf('spanF1@100', { gold_quotes: [gold] }, whole)).toBeCloseTo(
      (2 * gold.quote.length) / (gold.quote.length + text.length),
      12,
    );
    // A budget of half of the passage's tokens keeps its first half.
    expect(scoreOf('spanRecall@9', { gold_quotes: [gold] }, whole)).toBeLessThan(0.1);
  });
  it('find a quote in the text where offsets are not known, on either side', () => {
    const { start: _start, ...unplaced } = gold;
    expect(scoreOf('spanRecall@100', { gold_quotes: [unplaced] }, passages(recordedPassage('a', text, 700)))).toBe(1);
    expect(scoreOf('spanRecall@100', { gold_quotes: [gold] }, passages(recordedPassage('a', text)))).toBe(1);
    expect(scoreOf('spanRecall@100', { gold_quotes: [gold] }, passages(recordedPassage('b', text)))).toBe(0);
  });
  it('count the best alternative', () => {
    const two = { doc: 'z', quote: 'Elsewhere.', alternatives: [gold] };
    expect(scoreOf('spanRecall@100', { gold_quotes: [two] }, passages(recordedPassage('a', text, 0)))).toBe(1);
  });
  it('is not defined without a gold quote, a text or a passage', () => {
    const whole = passages(recordedPassage('a', text, 0));
    expect(scoreOf('spanRecall@100', {}, whole)).toBe('na');
    expect(scoreOf('spanRecall@100', { gold_quotes: [gold] }, passages(recordedPassage('a')))).toBe('na');
    expect(scoreOf('spanPrecision@100', { gold_quotes: [gold] }, passages())).toBe('na');
    expect(scoreOf('spanRecall@100', { gold_quotes: [gold] }, passages())).toBe(0);
  });
  it('agrees with the recall of spans for placed passages that all fit', () => {
    const place = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 4 }),
        fc.array(place, { maxLength: 4 }),
        (golds, found) => {
          const gold_quotes = golds.map(([start, length]) => ({ doc: 'a', quote: 'x'.repeat(length), start }));
          const answer = passages(...found.map(([start, length]) => recordedPassage('a', 'x'.repeat(length), start)));
          const span = ([start, length]: readonly [number, number]) => ({ document: 'a', start, end: start + length });
          const wanted = spanRecall(mergeSpans(golds.map(span)), found.map(span));
          expect(scoreOf('spanRecall@999999', { gold_quotes }, answer)).toBeCloseTo(wanted ?? -1, 12);
        },
      ),
    );
  });
});
