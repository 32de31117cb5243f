import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignQuote } from './align-quote.ts';
import { toQuoteText } from './quote-text.ts';

/** Ways to write the same word: in Markdown marks, decomposed, with ligatures, hyphenated. */
const ways: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => `**${word}**`,
  (word) => `*${word}*`,
  (word) => `\`${word}\``,
  (word) => `[${word}](https://handbook.example/page)`,
  (word) => word.normalize('NFD'),
  (word) => word.replace(/fi/g, 'ﬁ').replace(/fl/g, 'ﬂ').replace(/ff/g, 'ﬀ'),
  (word) => word.replace(/^(\p{L}{3})(?=\p{L}{3})/u, '$1\u00ad'),
  (word) => word.replace(/^(\p{Ll}{3})(?=\p{Ll}{3})/u, '$1-\n'),
];
const gaps = [' ', '  ', '\n', '\r\n', '\t', '\u00a0', ' \n ', '\u3000'];
const spelling = fc.record({ way: fc.constantFrom(...ways), gap: fc.constantFrom(...gaps) });
const word = fc.string({ unit: fc.constantFrom(...'abcdefilnorstäüßéøłбвдλπ'), minLength: 2, maxLength: 9 });

interface Spelling {
  readonly way: (word: string) => string;
  readonly gap: string;
}
const render = (words: readonly string[], spellings: readonly Spelling[]) =>
  words
    .map((text, index) => {
      const { way, gap } = spellings[index] ?? { way: String, gap: ' ' };
      return (index === 0 ? '' : gap) + way(text);
    })
    .join('');
/** The words of a stretch of text, made without the folding under test. */
const wordsOf = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/\u00ad|\]\(https:\/\/handbook\.example\/page\)|-\r?\n/g, '')
    .replace(/[*`[\]]/g, '')
    .split(/\s+/)
    .filter((part) => part !== '');

test('the same words in any two permitted spellings are found, and the range holds exactly them', () => {
  const spellings = fc.array(spelling, { minLength: 25, maxLength: 25 });
  const words = fc.array(word, { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(words, spellings, spellings, fc.tuple(fc.nat(), fc.nat()), (all, inSource, inQuote, places) => {
      const [first = 0, last = 0] = places.map((place) => place % all.length).sort((left, right) => left - right);
      const quoted = all.slice(first, last + 1);
      const source = render(all, inSource);
      const range = alignQuote(render(quoted, inQuote), toQuoteText(source));
      expect(range?.start).toBeGreaterThanOrEqual(0);
      expect(range?.end).toBeLessThanOrEqual(source.length);
      expect(wordsOf(source.slice(range?.start, range?.end))).toEqual(quoted.map((text) => text.normalize('NFKC')));
    }),
    { numRuns: 600 },
  );
});

test('marks at the very beginning of the source do not lead the range out of it', () => {
  const source = '**Refunds** take *five* days.';
  const end = '**Refunds** take *five*'.length;
  expect(alignQuote('Refunds take five', toQuoteText(source))).toEqual({ start: 0, end });
});

test('a whole occurrence is found behind one that is part of a longer word', () => {
  const source = 'We cannot refund fees. We do not refund fees.';
  expect(alignQuote('not refund fees', toQuoteText(source))?.start).toBe(source.lastIndexOf('not refund'));
});
