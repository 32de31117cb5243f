import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, visitWords } from './analyze.ts';
import { wordsOf } from './words-of.ts';

test('words of plain text are the same with and without a character beyond ASCII behind them', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'aZk0 9\'-_.,\n$`"'), maxLength: 30 });
  fc.assert(
    fc.property(plain, (text) => {
      expect([...wordsOf(text), 'é']).toEqual(wordsOf(`${text} é`));
    }),
  );
});

test('an apostrophe joins letters, whichever way it is written', () => {
  expect(wordsOf("Don't, they’re 3GB")).toEqual(["don't", "they're", '3gb']);
});

test('a text of ASCII alone has the same words and terms as one that is read with all letters', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'aZk09 \'-_.,@+#\n$"'), maxLength: 30 });
  fc.assert(
    fc.property(plain, (text) => {
      const words: string[] = [];
      visitWords(text, 'en', (word) => words.push(...word.words));
      expect(words).toEqual(wordsOf(text));
      const inUnicode = analyze(`${text} é`, 'en').slice(0, -1);
      expect(analyze(text, 'en')).toEqual(inUnicode);
    }),
    { numRuns: 1_000 },
  );
});
