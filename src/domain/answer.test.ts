import { expect, it } from 'vitest';
import { AnswerEvent, foldAnswer, type UnsequencedAnswerEvent } from './answer.ts';

const at = '2026-01-01T00:00:00.000Z';
const sequence = (events: readonly UnsequencedAnswerEvent[]) =>
  events.map((event, index) => AnswerEvent.parse({ ...event, sequence: index, at }));
const started: UnsequencedAnswerEvent = {
  type: 'answer-started',
  answerId: 'ans_1',
  conversationId: 'cnv_1',
  question: 'How long?',
  mode: 'strict',
  model: 'extractive',
};

it('tells an answer while it is being written and when it is over', () => {
  const sentence = { text: 'For 30 days.', citations: [1], groundedness: 1 };
  const quote = {
    number: 1,
    text: 'For 30 days.',
    passageId: 'psg_1',
    documentId: 'doc_1',
    version: 1,
    start: 4,
    end: 16,
    uri: null,
    title: 'T',
    headingPath: [],
    page: null,
  };
  const events = sequence([
    started,
    { type: 'quote-verified', ...quote },
    { type: 'text-delta', sentence: 0, text: 'For 30 days.' },
    { type: 'sentence-finished', sentence: 0, ...sentence },
    {
      type: 'answer-finished',
      text: 'For 30 days. [1]',
      sentences: [sentence],
      quotes: [quote],
      confidence: 0.9,
      usage: { inputTokens: 0, outputTokens: 0 },
      cost: null,
      timings: {},
      cached: false,
    },
  ]);
  expect(foldAnswer(events.slice(0, 4))).toMatchObject({
    state: 'running',
    text: 'For 30 days.',
    quotes: [quote],
    sentences: [sentence],
  });
  expect(foldAnswer(events)).toMatchObject({
    id: 'ans_1',
    state: 'finished',
    text: 'For 30 days. [1]',
    confidence: 0.9,
    createdAt: at,
  });
});

it('tells a refusal', () => {
  const refusal = { reason: 'no-evidence' as const, message: 'The documents do not say.', nearest: [] };
  expect(foldAnswer(sequence([started, { type: 'answer-refused', ...refusal }]))).toMatchObject({
    state: 'refused',
    text: '',
    refusal,
  });
});

it('is nothing before the first event', () => {
  expect(foldAnswer([])).toBeNull();
});
