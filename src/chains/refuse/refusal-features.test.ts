import { expect, test } from 'vitest';
import { byWords } from '../../../test/by-words.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { rankUnits } from '../evidence/rank-units.ts';
import { createTermWeights } from '../evidence/term-weights.ts';
import { featuresOf } from './refusal-features.ts';

async function featuresIn(question: string, text: string) {
  const passages = [scoredPassage({ text })];
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text });
  const input = { question, passages, weights, questionVector: null };
  const ranked = await rankUnits(input, byWords, new AbortController().signal);
  return featuresOf({ question, retrieval: { passages }, ranked, weights });
}

test('what an answer may not show is no evidence', async () => {
  const question = 'In which year was the harbour founded?';
  const dated =
    'Last reviewed: 7 April 2026\n\nWas the harbour founded by the town?\n\nThe harbour master keeps a log.';
  expect((await featuresIn(question, dated)).answerTypeFar).toBe(1);
  expect((await featuresIn(question, `${dated} The harbour was founded in 1890.`)).answerTypeFar).toBe(0);
});

test('words that stand together nowhere, and an extreme that nothing states, speak for refusing', async () => {
  const text = 'The harbour master keeps a log. Ferries are painted in a dark blue.';
  const absent = await featuresIn('What is the smallest dark ferry of the harbour master?', text);
  expect(absent.superlativeMissing).toBe(1);
  expect(absent.pairsApart).toBeGreaterThan(0);
  const present = await featuresIn('Who is the harbour master?', text);
  expect(present).toMatchObject({ superlativeMissing: 0, pairsApart: 0 });
});

test('words of the question that stand in one sentence say more than words that stand in all', async () => {
  const question = 'When does the harbour open?';
  const everywhere = 'The harbour is blue. The harbour is old. The harbour is large.';
  const [common, told] = await Promise.all([
    featuresIn(question, everywhere),
    featuresIn(question, `${everywhere} Harbours open at six.`),
  ]);
  expect(told.coverageLead).toBeGreaterThan(common.coverageLead + 0.2);
  expect((await featuresIn(question, 'The harbour opens at six.')).coverageLead).toBe(1);
});
