import { expect, test } from 'vitest';
import type { Answer } from '../../domain/answer.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import { compareAnswers, compareConditions, isSameAnswer, type ReplayedAnswer } from './compare-answers.ts';

const passage = (id: string) => ({ id, documentId: 'doc_a', version: 1, score: 0.5, dense: null, sparse: 1 });

function run(answer: Partial<Answer> = {}, record: Partial<AnswerRecord> = {}): ReplayedAnswer {
  return {
    answer: {
      ...{ id: 'ans_1', conversationId: 'cnv_1', question: 'Why?', mode: 'strict', model: 'extractive' },
      ...{ state: 'finished', text: 'One. Two.', quotes: [], refusal: null, error: null, confidence: 0.8 },
      sentences: ['One.', 'Two.'].map((text) => ({ text, citations: [1], groundedness: 1 })),
      usage: { inputTokens: 0, outputTokens: 0 },
      ...{ cost: null, timings: { total: 5 }, cached: false, createdAt: '2026-01-01T00:00:00.000Z' },
      ...answer,
    },
    record: {
      ...{ standalone: 'Why?', promptVersions: {}, embedder: 'e', refusal: null, rejectedQuotes: [] },
      passages: [passage('psg_1'), passage('psg_2')],
      ...record,
    },
  };
}

const sentences = (...texts: string[]) => texts.map((text) => ({ text, citations: [1], groundedness: 1 }));

test('the same answer in other times is the same', () => {
  const after = run({ timings: { total: 9, rerank: 1 }, confidence: 0.80001 });
  expect(isSameAnswer(compareAnswers(run(), after))).toBe(true);
  expect(compareConditions(run(), after).timings).toEqual({
    rerank: { before: null, after: 1 },
    total: { before: 5, after: 9 },
  });
});

test('passages are gained, lost and moved', () => {
  const after = run({}, { passages: [passage('psg_2'), passage('psg_3')] });
  const { passages } = compareAnswers(run(), after);
  expect(passages.gained.map(({ id, rank }) => [id, rank])).toEqual([['psg_3', 2]]);
  expect(passages.lost.map(({ id, rank }) => [id, rank])).toEqual([['psg_1', 1]]);
  expect(passages.moved.map(({ id, from, rank }) => [id, from, rank])).toEqual([['psg_2', 2, 1]]);
});

test('a repeated sentence counts as often as it stands there', () => {
  const after = run({ sentences: sentences('One.', 'One.', 'Two.') });
  expect(compareAnswers(run(), after).sentences).toEqual({ gained: ['One.'], lost: [], reordered: false });
});

test('another order of sentences is a difference', () => {
  const differences = compareAnswers(run(), run({ sentences: sentences('Two.', 'One.') }));
  expect(differences.sentences).toEqual({ gained: [], lost: [], reordered: true });
  expect(isSameAnswer(differences)).toBe(false);
});

test('a refusal in the place of an answer is a difference', () => {
  const refusal = { reason: 'weak-evidence', message: 'No.', nearest: [] } as const;
  const after = run({ state: 'refused', sentences: [], confidence: null, refusal: { ...refusal, nearest: [] } });
  expect(compareAnswers(run(), after)).toMatchObject({
    state: { before: 'finished', after: 'refused' },
    refusal: { before: null, after: 'weak-evidence' },
    confidence: { before: 0.8, after: null },
  });
});

test('another model and other prompts are told as what may have made the difference', () => {
  const after = run({ model: 'gpt' }, { promptVersions: { writeAnswer: 'v2' } });
  expect(compareConditions(run(), after)).toMatchObject({
    model: { before: 'extractive', after: 'gpt' },
    embedder: null,
    promptVersions: { before: {}, after: { writeAnswer: 'v2' } },
  });
});
