import { expect, test } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { createTermWeights } from './evidence/term-weights.ts';
import { createAnswerReader } from './read-answer.ts';
import { createSentenceGate } from './release-sentences.ts';

const text =
  '| Plan | Days |\n|---|---|\n| Team | 90 |\n| Free | 30 |\n\nRun `kestrel sync --all` to restore files. Owners can restore deleted files.';

/** What a reader sees of a reply whose `[1]` cites the whole passage. */
async function show(reply: string) {
  const input = {
    question: 'How long are files kept?',
    passages: [scoredPassage({ text })],
    units: [],
    weights: createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text }),
    mode: 'strict',
    locale: null,
    maxQuotes: 8,
  } as const;
  const gate = createSentenceGate(input);
  let shown = '';
  for (const { citations, ...unit } of createAnswerReader().push(`${reply}\n\nEnd`)) {
    const quotes = citations.map(() => ({ passage: 0, start: 0, end: text.length }));
    for await (const event of gate({ ...unit, quotes })) if (event.type === 'text-delta') shown += event.text;
  }
  return shown;
}

test('the header of a table comes with the first row that is released, and never alone', async () => {
  const table = '| Plan | Days |\n|---|---|\n';
  expect(await show(`${table}| Pro | 77 [1] |\n| Free | 30 [1] |\n| Team | 90 |`)).toBe(`${table}| Free | 30 |`);
  expect(await show(`${table}| Pro | 77 [1] |`)).toBe('');
});

test('an item is shown whole or not at all', async () => {
  expect(
    await show('- Owners can restore deleted files [1].\n- Call Ravenna.\n- Run kestrel sync to restore files [1].'),
  ).toBe('- Owners can restore deleted files.\n- Run kestrel sync to restore files.');
});

test('a listing is shown when each of its lines is copied', async () => {
  expect(await show('```\nkestrel sync --all\n```\n[1]')).toBe('```\nkestrel sync --all\n```');
  expect(await show('```\nkestrel sync --none\n```\n[1]')).toBe('');
});
