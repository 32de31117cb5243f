import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadPrompts } from './prompts/load-prompts.ts';
import { createAnswerReader } from './read-answer.ts';

function read(...pieces: string[]) {
  const reader = createAnswerReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.finish()];
}

const reply =
  'Files are kept [1]. So:\n- Open it. Then\n  choose Restore [2].\n- Done [1][2].\n\n| Plan | Days |\n|---|---|\n| Team | 90 [3] |\n| Free | 30 |\n\nRun this [4]:\n```sh\nx[0] --all\n```\nIt ends. [1]\n';

test('lists, tables and listings are units with their own citations', () => {
  expect(read(reply).map(({ kind, text, citations }) => [kind, text, citations])).toEqual([
    ['sentence', 'Files are kept.', [1]],
    ['sentence', 'So:', []],
    ['item', '- Open it. Then choose Restore.', [2]],
    ['item', '- Done.', [1, 2]],
    ['row', '| Team | 90 |', [3]],
    ['row', '| Free | 30 |', []],
    ['sentence', 'Run this:', [4]],
    ['code', '```sh\nx[0] --all\n```', [4]],
    ['sentence', 'It ends.', [1]],
  ]);
  expect(read(reply)[4]?.header).toBe('| Plan | Days |\n|---|---|');
});

test('a reply gives the same units wherever it is cut', () => {
  const whole = read(reply);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(reply.length), { maxLength: 15 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), reply.length];
      const pieces = places.slice(1).map((end, index) => reply.slice(places[index], end));
      const plain = (units: typeof whole) => units.map(({ isLine: _isLine, ...unit }) => unit);
      expect(plain(read(...pieces))).toEqual(plain(whole));
    }),
    { numRuns: 300 },
  );
});

test('the form that the prompt asks for is read with its citations', () => {
  const [system] = loadPrompts().writeAnswer.render({ question: '', quotes: '', locale: '' });
  const form = /\n\n(1\. .*?\[5\]\n)/s.exec(system?.content ?? '')?.[1] ?? '';
  expect(read(form).map(({ kind, citations }) => [kind, citations])).toEqual([
    ['item', [1]],
    ['item', [1, 2]],
    ['row', [3]],
    ['row', [4]],
    ['code', [5]],
  ]);
});
