import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCitedSentenceReader } from './read-cited-sentences.ts';

function read(...pieces: string[]) {
  const reader = createCitedSentenceReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.finish()];
}

test.each([
  ['Files are kept [1].', 'Files are kept.', [1]],
  ['Files are kept. [1]', 'Files are kept.', [1]],
  ['Files are kept.[1][2]', 'Files are kept.', [1, 2]],
  ['Files are kept [1, 3].', 'Files are kept.', [1, 3]],
  ['Files are kept [1-3].', 'Files are kept.', [1, 2, 3]],
  ['Files [2] are kept [1][2].', 'Files are kept.', [2, 1]],
  ['Files are kept【1】.', 'Files are kept.', [1]],
  ['Files are kept', 'Files are kept', []],
])('%s', (reply, text, citations) => {
  expect(read(reply)).toEqual([{ text, citations, isLine: false }]);
});

test('marks behind the full stop belong to the sentence before them', () => {
  expect(read('One thing holds. [1] Another does too. [2]').map((sentence) => sentence.citations)).toEqual([[1], [2]]);
});

test('steps stand on lines of their own', () => {
  const steps = read('1. Open the app [1].\n2. Choose Restore [2].\n');
  expect(steps).toEqual([
    { text: '1. Open the app.', citations: [1], isLine: true },
    { text: '2. Choose Restore.', citations: [2], isLine: true },
  ]);
});

test('a reply gives the same sentences wherever it is cut', () => {
  const reply =
    'Files are kept for 3.5 days [1]. They go, e.g. to the bin. [2][3] Then:\n1. Open it [1].\n2. Done [2].\n\nSo it ends. [1]';
  const whole = read(reply);
  expect(whole.map((sentence) => sentence.citations)).toEqual([[1], [2, 3], [], [1], [2], [1]]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(reply.length), { maxLength: 15 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), reply.length];
      expect(read(...places.slice(1).map((end, index) => reply.slice(places[index], end)))).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});
