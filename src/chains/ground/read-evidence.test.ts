import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from './read-evidence.ts';

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
