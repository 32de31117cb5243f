import type { z } from 'zod';
import type { RecordedAnswer, RecordedPassage, RecordedQuote } from '../evals/answer-record.ts';
import { EvalCase } from '../evals/case.ts';
import type { Answered } from '../evals/metric.ts';
import { splitSentences } from '../src/domain/sentences.ts';

export function recordedQuote(number: number, text: string, change: Partial<RecordedQuote> = {}): RecordedQuote {
  const place = { document: 'refunds.md', title: 'Refunds', uri: null, start: 0, end: text.length };
  return { number, text, ...place, found: 'at-offsets', before: '', after: '', ...change };
}

export function recordedPassage(
  document: string,
  text: string | null = null,
  start: number | null = null,
): RecordedPassage {
  const end = start === null ? null : start + (text ?? '').length;
  return { document, title: document, score: 0.5, text, start, end };
}

/** A finished answer whose sentences cite what `citations` says, by their place; without it each cites quote 1. */
export function recordedAnswer(
  text: string,
  { citations, ...change }: Partial<RecordedAnswer> & { citations?: readonly (readonly number[])[] } = {},
): RecordedAnswer {
  const sentences = splitSentences(text).map(({ start, end }, place) => ({
    text: text.slice(start, end),
    citations: [...(citations?.[place] ?? (citations ? [] : [1]))],
    groundedness: 1,
  }));
  return {
    state: 'finished',
    model: 'extractive',
    mode: 'strict',
    text,
    sentences,
    quotes: [recordedQuote(1, text)],
    refusal: null,
    confidence: 0.9,
    refusalProbability: 0.1,
    retrieved: [],
    latency: { firstEvent: 5, firstSentence: 20, total: 40, retrieve: 10 },
    usage: { inputTokens: 100, outputTokens: 20, calls: 1 },
    cost: 0.002,
    cached: false,
    degraded: [],
    withheld: [],
    events: [
      {
        type: 'question-condensed',
        sequence: 0,
        at: '2026-01-01T00:00:00Z',
        standalone: 'How long does a refund take?',
      },
    ],
    ...change,
  };
}

export function refusedAnswer(change: Partial<RecordedAnswer> = {}): RecordedAnswer {
  const refusal = { reason: 'no-evidence' as const, message: 'The sources do not answer this.' };
  const nothing = { text: '', sentences: [], quotes: [], confidence: null, refusalProbability: 0.8 };
  return { ...recordedAnswer(''), state: 'refused', ...nothing, refusal, ...change };
}

/** A case with what is given of it, and an answer to it. */
export function answered(own: Partial<z.input<typeof EvalCase>>, answer: RecordedAnswer): Answered {
  return { case: EvalCase.parse({ id: 'c1', question: 'How long does a refund take?', ...own }), answer };
}
