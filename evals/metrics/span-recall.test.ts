import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSpans, spanRecall, type TextSpan } from './span-recall.ts';

const at = (start: number, end: number, document = 'a'): TextSpan => ({ document, start, end });

describe('spanRecall', () => {
  it('is the share of gold characters that were retrieved', () => {
    expect(spanRecall([at(0, 10)], [at(5, 20)])).toBe(0.5);
    expect(spanRecall([at(0, 10), at(20, 30)], [at(0, 10)])).toBe(0.5);
    expect(spanRecall([at(0, 10)], [at(0, 6), at(4, 10)])).toBe(1);
  });
  it('counts a character once, on both sides', () => {
    expect(spanRecall([at(0, 10), at(5, 15)], [at(0, 10), at(0, 10)])).toBeCloseTo(10 / 15);
  });
  it('does not take one document for another', () => {
    expect(spanRecall([at(0, 10)], [at(0, 10, 'b')])).toBe(0);
  });
  it('is 0 for nothing retrieved, and not defined for nothing wanted', () => {
    expect(spanRecall([at(0, 10)], [])).toBe(0);
    expect(spanRecall([], [at(0, 10)])).toBeNull();
    expect(spanRecall([at(5, 5)], [at(0, 10)])).toBeNull();
  });
  it('agrees with counting characters one by one', () => {
    const span = fc
      .tuple(fc.constantFrom('a', 'b'), fc.nat(30), fc.nat(12))
      .map(([document, start, length]) => at(start, start + length, document));
    const characters = (spans: readonly TextSpan[]) =>
      new Set(
        spans.flatMap(({ document, start, end }) =>
          Array.from({ length: end - start }, (_, index) => `${document}${start + index}`),
        ),
      );
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), fc.array(span, { maxLength: 6 }), (gold, retrieved) => {
        const wanted = characters(gold);
        const expected = wanted.size === 0 ? null : wanted.intersection(characters(retrieved)).size / wanted.size;
        const recall = spanRecall(gold, retrieved);
        expect(recall === null ? null : Math.round(recall * 1e9)).toBe(
          expected === null ? null : Math.round(expected * 1e9),
        );
        expect(characters(mergeSpans(gold))).toEqual(wanted);
      }),
    );
  });
});
