import { describeExpansion, type Retrieval, type ScoredPassage } from '../retrieve/retrieve.ts';
import type { AnswerParameters, AnswerRecord, RecordedSource } from '../store/answers.ts';
import type { AnswerInput } from './answer-question.ts';
import type { RefusalSide } from './refuse/refusal-features.ts';

/** What an answer is read from, at most. */
export const answerLimits = { passages: 8, tokens: 2400 } as const;

/** What is noted while an answer comes about; steps fill it in. */
export interface Trace {
  standalone: string;
  readonly parameters: AnswerParameters;
  readonly embedder: string;
  readonly promptVersions: Record<string, string>;
  retrieval: Retrieval | null;
  refusal: AnswerRecord['refusal'];
  /** What that judgement was made by. */
  judgedBy: RefusalSide;
  rejectedQuotes: AnswerRecord['rejectedQuotes'];
  readonly timings: Record<string, number>;
}

export function createTrace(input: AnswerInput, embedder: string): Trace {
  const { question, mode, filter, locale, maxQuotes, expand = true, history } = input;
  return {
    standalone: question,
    parameters: { mode, filter, locale, maxQuotes, expand, history, limits: answerLimits },
    embedder,
    promptVersions: {},
    retrieval: null,
    refusal: null,
    judgedBy: 'lexical',
    rejectedQuotes: [],
    timings: {},
  };
}

export function toRecord(trace: Trace, hedgedCalls: NonNullable<AnswerRecord['hedgedCalls']>): AnswerRecord {
  const { standalone, parameters, embedder, promptVersions, retrieval, refusal, rejectedQuotes } = trace;
  const passages = (retrieval?.passages ?? []).map((passage) => {
    const { id, documentId, version, score, dense, sparse } = passage;
    return { id, documentId, version, score, dense, sparse, source: sourceOf(passage) };
  });
  const expansion = retrieval?.expansion ? { expansion: describeExpansion(retrieval.expansion) } : {};
  return {
    standalone,
    parameters,
    promptVersions: { ...promptVersions },
    embedder,
    passages,
    refusal,
    rejectedQuotes,
    ...expansion,
    ...(hedgedCalls.length > 0 ? { hedgedCalls: [...hedgedCalls] } : {}),
  };
}

function sourceOf(passage: ScoredPassage): RecordedSource {
  const { ordinal, start, end, headingPath, page, externalId, title, uri, tags, language, updatedAt } = passage;
  return { ordinal, start, end, headingPath, page, externalId, title, uri, tags, language, updatedAt };
}

/** Runs a step and notes its milliseconds under its name. */
export async function timed<T>(trace: Trace, step: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await run();
  } finally {
    trace.timings[step] = performance.now() - started;
  }
}
