import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import { cutToTokens, rerankText } from './rerank-text.ts';

const countTokens = createTokenCounter();
const passage = (text: string, title = 'Guide') => ({ title, headingPath: ['Guide', 'Details'], text });

it('puts names before the text, each once', () => {
  expect(rerankText(passage('About refunds.'), countTokens)).toBe('Guide > Details\nAbout refunds.');
  expect(rerankText({ title: '', headingPath: [], text: 'About refunds.' }, countTokens)).toBe('About refunds.');
});

it('cuts long names before they take the place of the text', () => {
  const text = rerankText(passage('About refunds.', 'very long '.repeat(500)), countTokens);
  expect(text).toMatch(/^very long .*\nAbout refunds\.$/);
});

it.each([
  ['between words', 'refund policy '.repeat(1000), /(?:refund|policy)$/, 380],
  ['a script without spaces', '退款在十天内支付'.repeat(500), /.$/, 370],
  ['a word without end', 'é'.repeat(20_000), /.$/, 1],
])('bounds what is sent: %s', (_name, text, end, least) => {
  const sent = rerankText(passage(text), countTokens);
  expect(countTokens(sent)).toBeLessThanOrEqual(384);
  expect(countTokens(sent)).toBeGreaterThanOrEqual(least);
  expect(sent.length).toBeLessThanOrEqual(3840);
  expect(sent).toMatch(end);
});

/** Three characters a token; like the real counts, those of pieces add up. */
const countThrees = (text: string) =>
  (text.match(/\S+/g) ?? []).reduce((total, piece) => total + Math.ceil(piece.length / 3), 0);

it('keeps what fits, gives a beginning, and never more than the limit', () => {
  const text = fc.oneof(fc.lorem({ maxCount: 60 }), fc.string({ unit: 'grapheme', maxLength: 300 }));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 50 }), (whole, limit) => {
      const cut = cutToTokens(whole, limit, countThrees);
      expect(countThrees(cut)).toBeLessThanOrEqual(limit);
      expect(whole.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
      if (whole.length <= limit) expect(cut).toBe(whole);
    }),
  );
});
