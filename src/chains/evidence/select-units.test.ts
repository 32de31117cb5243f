import { expect, test } from 'vitest';
import { byWords } from '../../../test/by-words.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { rankUnits } from './rank-units.ts';
import { selectUnits } from './select-units.ts';
import { createTermWeights } from './term-weights.ts';

const question = 'Who leads the crew?';
const signal = new AbortController().signal;

/** The sentences of an answer when those of the passage are ranked in the order of `scores`, best first. */
async function shown(text: string, order: readonly string[], step = 0.1) {
  const passages = [scoredPassage({ text })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const { units } = await rankUnits({ question, passages, weights, questionVector: null }, byWords, signal);
  const rankOf = (unit: (typeof units)[number]) => order.findIndex((words) => unit.text.startsWith(words));
  const ranked = units
    .map((unit) => ({ ...unit, score: rankOf(unit) < 0 ? 0 : 1 - rankOf(unit) * step }))
    .sort((one, other) => other.score - one.score);
  return selectUnits({ question, passages, units: ranked, weights }).map((unit) => unit.text);
}

test('the best sentence is among the first two, also when the next best leans on the one before it', async () => {
  const text =
    'Ferries cross at noon and at dusk. They carry forty cars. Harbour masters keep the log. The crew is led by a captain from Bergen.';
  const sentences = await shown(text, ['The crew', 'They carry']);
  expect(sentences.slice(0, 2)).toContain('The crew is led by a captain from Bergen.');
  expect(sentences.indexOf('Ferries cross at noon and at dusk.')).toBe(sentences.indexOf('They carry forty cars.') - 1);
});

test('a sentence that leans on the best follows it or is left out: after the next best it would speak of that', async () => {
  const text =
    'The crew is led by a captain from Bergen. He studied maps for years. Ferries cross at noon and at dusk. Mates lead when he sleeps.';
  const sentences = await shown(text, ['The crew', 'Mates lead']);
  expect(sentences.slice(0, 2)).toEqual(['The crew is led by a captain from Bergen.', 'Mates lead when he sleeps.']);
  expect(sentences).not.toContain('He studied maps for years.');
  expect(await shown(text, ['The crew', 'He studied'])).toEqual(
    expect.arrayContaining(['The crew is led by a captain from Bergen.', 'He studied maps for years.']),
  );
});

test.each([
  ['the same', 'The same holds for the reserve crew.'],
  ['others', 'Other ships have no captain.'],
  ['both', 'Both are chosen in spring.'],
])('a sentence that speaks of %s never follows another one than in its source', async (_name, leaning) => {
  const text = `The crew is led by a captain from Bergen.\n\nShips of the line have a captain and a mate. ${leaning}`;
  const sentences = await shown(text, ['The crew', 'Ships of', leaning]);
  expect(sentences).toEqual([
    'The crew is led by a captain from Bergen.',
    'Ships of the line have a captain and a mate.',
    leaning,
  ]);
});

test('of two that are nearly as good, the one that follows the best sentence comes second', async () => {
  const crew = 'The crew is led by a captain from Bergen.';
  const [second, far] = ['A mate stands beside him at night.', 'Crews of ferries have a captain too.'];
  const text = `${crew} ${second} Ferries cross at noon.\n\n${far}`;
  const order = ['The crew', 'Crews of', 'A mate'];
  expect((await shown(text, order, 0.02)).slice(0, 2)).toEqual([crew, second]);
  const clearly = await shown(text, order, 0.1);
  expect(clearly.slice(0, 2)).toEqual([crew, far]);
});

test('a sentence within an item leans on the item', async () => {
  const text =
    'Ask the harbour:\n\n1. Call the mate. Other sailors cannot help.\n2. Wait.\n\nThe crew is led by a captain.';
  expect(await shown(text, ['The crew', '2. Wait', 'Other sailors'])).not.toContain('Other sailors cannot help.');
});

test('a sentence that leans on one that cannot be shown is left out, unless it answers best', async () => {
  const text =
    '### Can two people steer?\n\nThey can, but only one does.\n\n### Who leads?\n\nThe crew is led by a captain. Mates lead at night.';
  expect(await shown(text, ['The crew', 'Mates lead', 'They can'])).not.toContain('They can, but only one does.');
  expect(await shown(text, ['They can', 'The crew'])).toContain('They can, but only one does.');
});

test('a word or three that only announce what comes are no sentence of an answer', async () => {
  const text =
    'The crew is led by a captain from Bergen. For crews:\n\n    list --crew\n\nThe crew of a ferry follows these rules:';
  const sentences = await shown(text, ['The crew is', 'For crews', 'The crew of']);
  expect(sentences).toEqual(['The crew is led by a captain from Bergen.', 'The crew of a ferry follows these rules:']);
});
