import { expect, test } from 'vitest';
import { byWords } from '../../test/by-words.ts';
import { scoredPassage } from '../../test/scored-passage.ts';
import { answerExtractively } from './answer-extractively.ts';
import type { AnswererInput } from './answerer.ts';
import { rankUnits } from './evidence/rank-units.ts';
import { createTermWeights } from './evidence/term-weights.ts';

const signal = new AbortController().signal;

/** What a reader sees, with the quotes below it. */
async function answered(question: string, text: string) {
  const passages = [scoredPassage({ text })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const { units } = await rankUnits({ question, passages, weights, questionVector: null }, byWords, signal);
  const input: AnswererInput = { question, passages, units, weights, mode: 'strict', locale: null, maxQuotes: 8 };
  let shown = '';
  const quotes: string[] = [];
  for await (const event of answerExtractively(input, signal)) {
    if (event.type === 'text-delta') shown += event.text;
    if (event.type === 'quote-verified') quotes.push(event.text);
  }
  return { shown, quotes };
}

test('a step that stands alone has no number', async () => {
  const { shown, quotes } = await answered(
    'Until when does a cancelled plan go on?',
    'You cancel on the web.\n\n1. A cancelled plan goes on until the period ends.\n2. Files stay readable.\n3. Guests leave.',
  );
  expect(shown).toContain('A cancelled plan goes on until the period ends.');
  expect(shown).not.toMatch(/\d\./);
  expect(quotes).toContain('1. A cancelled plan goes on until the period ends.');
});

test('steps that stand together keep their numbers, in their order', async () => {
  const { shown } = await answered(
    'How do I cancel a plan?',
    'To cancel a plan:\n\n1. Open Billing.\n2. Choose Cancel the plan.\n3. Confirm.',
  );
  expect(shown).toContain('1. Open Billing.\n2. Choose Cancel the plan.\n3. Confirm.');
});
