import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSentences } from './sentences.ts';

const sentencesOf = (text: string) => splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe('splitSentences', () => {
  it.each([
    ['two sentences', 'First one. Second one!', ['First one.', 'Second one!']],
    ['no mark at the end', 'First one. Second', ['First one.', 'Second']],
    ['a title', 'Ask Dr. Miller or Mrs. Lee. They know.', ['Ask Dr. Miller or Mrs. Lee.', 'They know.']],
    ['for example', 'Use a proxy, e.g. Squid. It works.', ['Use a proxy, e.g. Squid.', 'It works.']],
    ['a decimal', 'It costs 3.50 EUR. Pay now.', ['It costs 3.50 EUR.', 'Pay now.']],
    ['a version', 'Since v2.3.1 it works. Before, it failed.', ['Since v2.3.1 it works.', 'Before, it failed.']],
    ['a URL', 'See https://a.example/x.html?y=1. Then go on.', ['See https://a.example/x.html?y=1.', 'Then go on.']],
    ['an initial', 'By J. K. Rowling. A novel.', ['By J. K. Rowling.', 'A novel.']],
    ['a numbered figure', 'See Fig. 3 and No. 7. There it is.', ['See Fig. 3 and No. 7.', 'There it is.']],
    ['no as a word', 'The answer is no. Ask again.', ['The answer is no.', 'Ask again.']],
    [
      'a company',
      'Acme Inc. Berlin sells it. Acme Inc. The rest.',
      ['Acme Inc. Berlin sells it.', 'Acme Inc.', 'The rest.'],
    ],
    ['etc.', 'Keys, tags, etc. Each has a name.', ['Keys, tags, etc.', 'Each has a name.']],
    ['a closing quote', 'He said "Stop." Then he left.', ['He said "Stop."', 'Then he left.']],
    ['a footnote mark', 'It is true.[1] It stays so.', ['It is true.[1]', 'It stays so.']],
    ['an identifier first', 'Set it. maxRetries limits it.', ['Set it.', 'maxRetries limits it.']],
    ['a code span first', 'Set it. `retries` limits it.', ['Set it.', '`retries` limits it.']],
    ['an ellipsis within', 'Wait... what? Yes.', ['Wait... what?', 'Yes.']],
    ['Chinese', '退款需要五天。请等待！好吗？', ['退款需要五天。', '请等待！', '好吗？']],
    ['Hindi', 'यह काम करता है। यह नहीं।', ['यह काम करता है।', 'यह नहीं।']],
    [
      'German ordinals',
      'Der Drucker im 3. Stock heißt Otto. Er druckt.',
      ['Der Drucker im 3. Stock heißt Otto.', 'Er druckt.'],
    ],
    [
      'German dates',
      'Frist ist der 15. März 2024. Ab 1. Mai gilt mehr.',
      ['Frist ist der 15. März 2024.', 'Ab 1. Mai gilt mehr.'],
    ],
    [
      'a number at the end',
      'I am 3. The dog is 4. He paid 20. We left.',
      ['I am 3.', 'The dog is 4.', 'He paid 20.', 'We left.'],
    ],
    ['German', 'Nutzen Sie z.B. Firefox. Er ist frei.', ['Nutzen Sie z.B. Firefox.', 'Er ist frei.']],
  ])('keeps %s right', (_name, text, expected) => {
    expect(sentencesOf(text)).toEqual(expected);
  });

  it('takes a single line break as white space and a blank line as an end', () => {
    expect(sentencesOf('one line\nthat goes on\n\nanother')).toEqual(['one line\nthat goes on', 'another']);
  });

  it('ends a sentence at list items, numbered steps and headings', () => {
    const text = '## Steps\nDo this:\n1. Open it. Wait.\n2. Close it\n- or not\n  at all';
    expect(sentencesOf(text)).toEqual([
      '## Steps',
      'Do this:',
      '1. Open it.',
      'Wait.',
      '2. Close it',
      '- or not\n  at all',
    ]);
  });

  it('takes each table row and each line of fenced code as one', () => {
    const text = '| a | b. C |\n|---|---|\n| 1 | 2 |\n\n```\nlet a. B\nrun\n```\nAfter it.';
    expect(sentencesOf(text)).toEqual([
      '| a | b. C |',
      '|---|---|',
      '| 1 | 2 |',
      '```',
      'let a. B',
      'run',
      '```',
      'After it.',
    ]);
  });

  it('holds every character but white space, in order, without overlap', () => {
    const marks = fc.constantFrom(
      '. ',
      '.',
      '! ',
      '\n',
      '\n\n',
      ' ',
      '- ',
      '1. ',
      '```\n',
      '| ',
      'e.g. ',
      'A',
      'b',
      '。',
      '"',
      '\u3000',
      '😀',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(marks).map((parts) => parts.join('')),
        ),
        (text) => {
          const spans = splitSentences(text);
          let last = 0;
          let rest = '';
          for (const { start, end } of spans) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            rest += text.slice(last, start);
            last = end;
          }
          rest += text.slice(last);
          expect(rest.trim()).toBe('');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stays linear on text made to slow it down', () => {
    for (const piece of ['.', '. ', '"', '\n', 'a.', ' \n', '*', '[1]', '.*', '| \n', '. [', '. ((', '.\u00a0', ' .'])
      expect(splitSentences(piece.repeat(200_000)).length).toBeGreaterThanOrEqual(0);
  });
});
