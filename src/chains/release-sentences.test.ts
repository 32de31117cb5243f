import { expect, test } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import type { AnswerMode } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { createTermWeights } from './evidence/term-weights.ts';
import type { JudgeSentence } from './ground/judge-sentence.ts';
import { createSentenceGate } from './release-sentences.ts';

const text = 'Deleted files are kept for 30 days on every plan. Owners can restore them.';
const paraphrase = 'On every plan, owners can restore deleted files for 30 days.';

/** Lets sentences through one gate, each quoting the whole passage; `asked` holds those that the judge saw. */
async function release(sentences: readonly string[], judge: JudgeSentence, mode: AnswerMode = 'strict') {
  const asked: string[] = [];
  const second = {
    judge: async (...input: Parameters<JudgeSentence>) => {
      asked.push(input[0]);
      return await judge(...input);
    },
    signal: new AbortController().signal,
  };
  const input = {
    question: 'How long are deleted files kept?',
    passages: [scoredPassage({ text })],
    units: [],
    weights: createTermWeights({ lookUp: null, tenant: 'ten_1', sample: text }),
    mode,
    locale: null,
    maxQuotes: 8,
  };
  const gate = createSentenceGate(input, second);
  const events = [];
  for (const sentence of sentences)
    for await (const event of gate({
      text: sentence,
      quotes: [{ passage: 0, start: 0, end: text.length }],
      isLine: false,
    }))
      if (event.type !== 'quote-verified' && event.type !== 'text-delta') events.push(event);
  return { events, asked };
}

test('the judge confirms or withholds what words let through', async () => {
  expect((await release([paraphrase], async () => true)).events).toMatchObject([{ type: 'sentence-finished' }]);
  expect((await release([paraphrase], async () => false)).events).toEqual([
    { type: 'sentence-withheld', sentence: 0, reason: 'not-supported' },
  ]);
});

test('it cannot let through what words withhold, and is not asked about it', async () => {
  const { events, asked } = await release(
    ['Deleted files are kept for 90 days on every plan.', 'Invoices are sent to Ravenna each month.'],
    async () => true,
  );
  expect(events.map(({ type }) => type)).toEqual(['sentence-withheld', 'sentence-withheld']);
  expect(asked).toEqual([]);
});

test('it is not asked about sentences of the quotes themselves', async () => {
  const { events, asked } = await release(['Owners can restore them.'], async () => false);
  expect(events).toMatchObject([{ type: 'sentence-finished' }]);
  expect(asked).toEqual([]);
});

test('in lenient mode its doubt is the sentence’s groundedness', async () => {
  const { events } = await release([paraphrase], async () => false, 'lenient');
  expect(events).toMatchObject([{ type: 'sentence-finished', groundedness: expect.any(Number) }]);
  const [event] = events;
  expect(event?.type === 'sentence-finished' && event.groundedness).toBeLessThan(0.36);
});

test('a failed call keeps the verdict by words, says so, and is not repeated in this answer', async () => {
  const { events, asked } = await release([paraphrase, paraphrase], async () => {
    throw new AppError('DEADLINE_EXCEEDED', 'Too late.');
  });
  expect(events).toMatchObject([
    { type: 'step-degraded', step: 'judge', to: 'words', cause: 'DEADLINE_EXCEEDED' },
    { type: 'sentence-finished' },
    { type: 'sentence-finished' },
  ]);
  expect(asked).toHaveLength(1);
});

test('a verdict that was thrown away says nothing of the next', async () => {
  const verdicts = [new AppError('MODEL_BAD_RESPONSE', 'No verdict.'), false];
  const { events } = await release([paraphrase, paraphrase], async () => {
    const verdict = verdicts.shift();
    if (verdict instanceof AppError) throw verdict;
    return verdict ?? true;
  });
  expect(events.map(({ type }) => type)).toEqual(['step-degraded', 'sentence-finished', 'sentence-withheld']);
});
