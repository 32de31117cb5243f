import { expect, test } from 'vitest';
import { quoteTextsOf, toQuoteText } from './quote-text.ts';
import { verifyQuote } from './verify-quote.ts';

const passages = [
  'Deleted files are kept for 60 days on every plan. They can be restored by their owner.',
  '| Plan | Days |\n|---|---|\n| Team | 90 |\n\nRun `kestrel sync` in a terminal. They can be restored by their owner.',
  'A refund takes ten days. They can be restored by their owner.',
].map(toQuoteText);

const verify = (text: string, passage: number | null) => verifyQuote({ text, passage }, passages);

test('a quote of the passage it names is verified with its range there', () => {
  expect(verify('kept for 60 days', 0)).toEqual({ verified: true, quotes: [{ passage: 0, start: 18, end: 34 }] });
});

test('one that stands in exactly one other passage is credited there', () => {
  expect(verify('kept for 60 days', 2)).toMatchObject({ verified: true, quotes: [{ passage: 0 }] });
  expect(verify('A refund takes ten days', null)).toMatchObject({ verified: true, quotes: [{ passage: 2 }] });
});

test('one that stands in several others is not: it is open which was meant', () => {
  expect(verify('They can be restored by their owner', null)).toEqual({ verified: false, reason: 'wrong-passage' });
  expect(verify('They can be restored by their owner', 2)).toMatchObject({ verified: true, quotes: [{ passage: 2 }] });
});

test('one that was changed is told from one that was invented', () => {
  expect(verify('Deleted files are kept for 30 days on every plan', 0)).toEqual({ verified: false, reason: 'altered' });
  expect(verify('Bananas are rich in potassium and fibre', 0)).toEqual({ verified: false, reason: 'not-found' });
  expect(verify('x'.repeat(9000), 0)).toEqual({ verified: false, reason: 'not-found' });
});

test('a few words are too short, unless they are a whole cell, line or code span', () => {
  expect(verify('60 days', 0)).toEqual({ verified: false, reason: 'too-short' });
  expect(verify('Team', 1)).toMatchObject({ verified: true });
  expect(verify('| Team | 90 |', 1)).toMatchObject({ verified: true });
  expect(verify('kestrel sync', 1)).toMatchObject({ verified: true });
  expect(verify('in a terminal', 1)).toMatchObject({ verified: true });
  expect(verify('a terminal', 1)).toEqual({ verified: false, reason: 'too-short' });
});

test('of a quote that leaves something out each piece is a quote, in one passage and long enough', () => {
  const pieces = verify('Deleted files are kept … They can be restored', 0);
  expect(pieces).toEqual({
    verified: true,
    quotes: [
      { passage: 0, start: 0, end: 22 },
      { passage: 0, start: 50, end: 70 },
    ],
  });
  expect(verify('Deleted files are kept … can be', 0)).toEqual({ verified: false, reason: 'too-short' });
  expect(verify('Deleted files are kept … A refund takes ten days', 0)).toMatchObject({ verified: false });
});

test('a passage is folded once, and another one by its own text', () => {
  const [one, other] = [{ text: 'A  refund takes ten days.' }, { text: 'A refund takes two days.' }];
  const first = quoteTextsOf([one, other]);
  expect(first).toEqual([one, other].map(({ text }) => toQuoteText(text)));
  const again = quoteTextsOf([other, one]);
  expect([again[0], again[1]].map((text, index) => text === first[1 - index])).toEqual([true, true]);
});
