import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignQuote } from './align-quote.ts';
import { toQuoteText } from './quote-text.ts';

function find(quote: string, source: string): string | null {
  const range = alignQuote(quote, toQuoteText(source));
  return range && source.slice(range.start, range.end);
}

const letters = (text: string) => text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{2,9}$/),
  fc.stringMatching(/^[A-Z][a-z]{2,8}$/),
  fc.constantFrom(
    'naïve',
    'Müller',
    'office',
    'baffling',
    'flow',
    'e-mail',
    'not',
    'cannot',
    'KS-1042',
    '3.5',
    '1,000',
    '50%',
    '$20',
  ),
);
const glue = fc.constantFrom(' ', ' ', ' ', ', ', '. ', '; ', '\n', '  ', ' — ', ' (', ') ', ' **', '** ', '\n\n- ');
const passage = fc
  .array(fc.tuple(word, glue), { minLength: 8, maxLength: 60 })
  .map((pieces) => pieces.map(([text, after]) => text + after).join(''));

/** A passage and a stretch of its whole words. */
const stretch = passage.chain((text) => {
  const words = [...text.matchAll(/[\p{L}\p{N}$](?:\S*[\p{L}\p{N}%])?/gu)];
  return fc.tuple(fc.nat(words.length - 1), fc.integer({ min: 3, max: 20 })).map(([first, length]) => {
    const last = words[Math.min(words.length - 1, first + length)];
    const quote = text.slice(words[first]?.index, (last?.index ?? 0) + (last?.[0].length ?? 0));
    return { text, quote };
  });
});

describe('what a quote may look like', () => {
  test('every stretch of whole words is found, and its offsets give those words', () => {
    fc.assert(
      fc.property(stretch, ({ text, quote }) => {
        expect(letters(find(quote, text) ?? 'nothing')).toBe(letters(quote));
      }),
      { numRuns: 500 },
    );
  });

  const changes: [string, (quote: string) => string][] = [
    ['white space', (quote) => quote.replace(/[ \t]+/g, ' \n\t ').replace(/\n\s*\n\t/g, '\n')],
    ['curly apostrophes and quote marks', (quote) => quote.replaceAll("'", '’').replaceAll('"', '”')],
    ['other dashes', (quote) => quote.replace(/(?<=\p{L})-(?=\p{L})/gu, '\u2011')],
    ['ligatures', (quote) => quote.replaceAll('ffi', 'ﬃ').replaceAll('ff', 'ﬀ').replaceAll('fl', 'ﬂ')],
    ['decomposed letters', (quote) => quote.normalize('NFD')],
    ['hyphenation at a line end', (quote) => quote.replace(/(?<=\p{L}{3})(?=\p{Ll}{3})/u, '-\n')],
    [
      'soft hyphens and zero-width spaces',
      (quote) => quote.replace(/(?<=\p{L})(?=\p{Ll})/gu, '\u00ad').replace(/ /g, ' \u200b'),
    ],
    ['emphasis', (quote) => quote.replace(/(?<=\s)\p{L}+(?=\s)/u, '**$&**')],
    ['quote marks around it', (quote) => `“${quote}.”`],
  ];
  test.each(changes)('%s', (_name, change) => {
    fc.assert(
      fc.property(stretch, ({ text, quote }) => {
        expect(letters(find(change(quote), text) ?? 'nothing')).toBe(letters(quote));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['Plan Price Team 11 USD', '| Plan | Price |\n|---|---|\n| Team | 11 USD |'],
    ['an example of a well-known fact', 'an exam-\nple of a well-\nknown fact'],
    ['see the guide for more', 'see [the guide](https://example.com/a_b) for more'],
    ['漢字仮名交じり文', '日本語の漢字仮名\n交じり文です。'],
    ['stored in the bin for 30 days', '> Files are *stored* in the `bin` for __30 days__.'],
  ])('%s', (quote, source) => {
    expect(letters(find(quote, source) ?? 'nothing').startsWith(letters(quote).slice(0, 4))).toBe(true);
  });
});

describe('what is not a quote', () => {
  const edits: [string, (words: string[], at: number) => void][] = [
    ['a word dropped', (words, at) => words.splice(at, 1)],
    ['a word added', (words, at) => words.splice(at, 0, 'zebra')],
    ['a negation added', (words, at) => words.splice(at, 0, 'NOT')],
    ['a word replaced', (words, at) => words.splice(at, 1, 'Ravenna')],
    ['a digit changed', (words, at) => words.splice(at, 1, '7719')],
  ];
  test.each(edits)('%s', (_name, edit) => {
    fc.assert(
      fc.property(stretch, fc.nat(), ({ text, quote }, seed) => {
        const words = quote.split(/\s+/);
        edit(words, 1 + (seed % Math.max(1, words.length - 2)));
        const altered = words.join(' ');
        const plain = (value: string) => ` ${value.replace(/[\s*—()-]+/g, ' ').trim()} `;
        fc.pre(
          !plain(text).includes(
            plain(altered)
              .replace(/[.,;]+ $/, ' ')
              .trim(),
          ),
        );
        expect(find(altered, text)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['not share it with guests', 'You cannot share it with guests.'],
    ['refundable after a month', 'It is non-refundable after a month.'],
    ['5 GB for each member', 'There is 3.5 GB for each member.'],
    ['5 GB for each member', 'There is >5 GB for each member.'],
    ['20 a month for each', 'It costs $20 a month for each.'],
    ['a discount of 50', 'You get a discount of 50%.'],
    ['written in plain C', 'It is written in plain C#.'],
    ['000 users at most in a team', '10\u00a0000 users at most in a team'],
    ['an area of 102 square metres', 'an area of 10² square metres'],
    ['multiply 53 by the price', 'multiply 5*3 by the price'],
    ['the file snakecase is read', 'the file snake_case is read'],
    ['cat x grep y prints it', 'cat x | grep y prints it'],
    ['可以退款吗我们的客户', '不可以退款吗我们的客户'],
    ['the US market is open', 'the us market is open'],
    ['resign the contract today', 're-sign the contract today'],
    ['', 'anything'],
    ['   ', 'anything'],
  ])('%s', (quote, source) => {
    expect(find(quote, source)).toBeNull();
  });
});

test('a text that repeats itself does not take long', () => {
  const source = toQuoteText('ab-'.repeat(20_000));
  expect(alignQuote(`${'ab'.repeat(1000)}c`, source)).toBeNull();
  expect(alignQuote('ab'.repeat(1000), source)).toBeNull();
});
