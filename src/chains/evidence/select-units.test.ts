import { expect, test } from 'vitest';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { rankUnits } from './rank-units.ts';
import { selectUnits } from './select-units.ts';
import { createTermWeights } from './term-weights.ts';

const question = 'Who leads the crew?';
const signal = new AbortController().signal;

/** The sentences of an answer when those of the passage are ranked in the order of `scores`, best first. */
async function shown(text: string, order: readonly string[]) {
  const passages = [scoredPassage({ text })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const { units } = await rankUnits({ question, passages, weights, questionVector: null }, async () => [], signal);
  const rankOf = (unit: (typeof units)[number]) => order.findIndex((words) => unit.text.startsWith(words));
  const ranked = units
    .map((unit) => ({ ...unit, score: rankOf(unit) < 0 ? 0 : 1 - rankOf(unit) / 10 }))
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

test('the next best sentence comes before one that only leans on the best', async () => {
  const text =
    'The crew is led by a captain from Bergen. He studied maps for years. Ferries cross at noon and at dusk. Mates lead when he sleeps.';
  const sentences = await shown(text, ['The crew', 'Mates lead']);
  expect(sentences.slice(0, 2)).toEqual(['The crew is led by a captain from Bergen.', 'Mates lead when he sleeps.']);
  expect(sentences).toContain('He studied maps for years.');
});
