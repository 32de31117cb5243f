import { describeExpansion, type Retrieval } from '../retrieve/retrieve.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { AnswerInput } from './answer-question.ts';

/** What is noted while an answer comes about; steps fill it in. */
export interface Trace {
  standalone: string;
  readonly embedder: string;
  readonly promptVersions: Record<string, string>;
  retrieval: Retrieval | null;
  refusal: AnswerRecord['refusal'];
  rejectedQuotes: AnswerRecord['rejectedQuotes'];
  readonly timings: Record<string, number>;
}

export function createTrace({ question }: AnswerInput, embedder: string): Trace {
  return {
    standalone: question,
    embedder,
    promptVersions: {},
    retrieval: null,
    refusal: null,
    rejectedQuotes: [],
    timings: {},
  };
}

export function toRecord({
  standalone,
  embedder,
  promptVersions,
  retrieval,
  refusal,
  rejectedQuotes,
}: Trace): AnswerRecord {
  const passages = (retrieval?.passages ?? []).map(({ id, documentId, version, score, dense, sparse }) => ({
    id,
    documentId,
    version,
    score,
    dense,
    sparse,
  }));
  const expansion = retrieval?.expansion ? { expansion: describeExpansion(retrieval.expansion) } : {};
  return {
    standalone,
    promptVersions: { ...promptVersions },
    embedder,
    passages,
    refusal,
    rejectedQuotes,
    ...expansion,
  };
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
