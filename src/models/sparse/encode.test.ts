import { describe, expect, it } from 'vitest';
import { encodeDocument, encodeQuestion, termWeightLimit } from './encode.ts';
import { termId } from './murmur3.ts';

const passage = {
  title: 'Refunds',
  headingPath: ['Annual plans'],
  text: 'A refund is paid in ten days.',
  language: 'en',
};

describe('encodeDocument', () => {
  it('gives BM25 weights by ascending term id', () => {
    const { indices, values } = encodeDocument(passage);
    expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
    // refund: once in the text, twice for the title; length: 4 words of text and 2 x 3 of headings.
    const norm = 1.2 * (1 - 0.75 + (0.75 * (4 + 6)) / 120);
    expect(values[indices.indexOf(termId('refund'))]).toBeCloseTo((3 * 2.2) / (3 + norm), 5);
    expect(values[indices.indexOf(termId('ten'))]).toBeCloseTo(2.2 / (1 + norm), 5);
  });

  it('never reaches the limit that ideal scores are made from', () => {
    const { values } = encodeDocument({ ...passage, text: 'refund '.repeat(500) });
    expect(Math.max(...values)).toBeLessThan(termWeightLimit);
  });

  it('gives an empty vector for a passage without words', () => {
    expect(encodeDocument({ title: '', headingPath: [], text: '—', language: null }).indices).toHaveLength(0);
  });
});

describe('encodeQuestion', () => {
  it('weighs each different term once', () => {
    const { indices, values } = encodeQuestion('When is a refund refunded?');
    expect(indices).toHaveLength(2);
    expect([...values]).toEqual([1, 1]);
    expect([...indices]).toContain(termId('refund'));
  });

  it('takes a question that may be in two languages as both would', () => {
    const { indices } = encodeQuestion('Was kosten Lizenzen?');
    expect([...indices]).toContain(termId('lizenz'));
    const sure = encodeQuestion('What does the licence of a reseller cost?');
    expect([...sure.indices]).toEqual([...encodeQuestion('What does the licence of a reseller cost?', 'en').indices]);
  });
});
