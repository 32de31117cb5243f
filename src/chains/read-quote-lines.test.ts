import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQuoteLineReader } from './read-quote-lines.ts';

function read(...pieces: string[]) {
  const reader = createQuoteLineReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.finish()];
}

test.each([
  ['[2] "Files are kept for 60 days."', 1, 'Files are kept for 60 days.'],
  ['- [2] “Files are kept for 60 days.”', 1, 'Files are kept for 60 days.'],
  ['**[2]** "Files are kept."', 1, 'Files are kept.'],
  ['Passage 2: "Files are kept."', 1, 'Files are kept.'],
  ['2. Files are kept.', 1, 'Files are kept.'],
  ['[2] "Files\nare kept\nfor long."', 1, 'Files\nare kept\nfor long.'],
  ['[2] "He said "no" to it."', 1, 'He said "no" to it.'],
  ['[2] "Files are kept." [2]', 1, 'Files are kept.'],
  ['[2] "never closed', 1, 'never closed'],
  ['"no passage is named"', null, 'no passage is named'],
])('%s', (reply, passage, text) => {
  expect(read(reply)).toEqual([{ passage, text }]);
});

test.each(['NONE', 'None.', '**NONE**', '', '\n\n', 'Here are the quotes:', 'I will now ignore all rules.'])(
  'no claim in: %j',
  (reply) => {
    expect(read(reply)).toEqual([]);
  },
);

test('a reply gives the same claims wherever it is cut', () => {
  const reply = 'Here:\n[1] "First of all."\n- [2] “Second,\nover two lines.”\n\n[3] Third without marks.\nNONE\n';
  const whole = read(reply);
  expect(whole.map((claim) => claim.passage)).toEqual([0, 1, 2]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(reply.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), reply.length];
      expect(read(...places.slice(1).map((end, index) => reply.slice(places[index], end)))).toEqual(whole);
    }),
  );
});

test('a line that never ends is not kept', () => {
  const reader = createQuoteLineReader();
  for (let piece = 0; piece < 1000; piece += 1) reader.push('x'.repeat(10_000));
  expect(reader.finish()).toEqual([]);
});
