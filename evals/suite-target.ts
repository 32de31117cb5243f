import type { RecordedAnswer } from './answer-record.ts';
import type { EvalCase } from './case.ts';
import type { Progress } from './target.ts';

/** The largest spend of one question, known before it is asked. */
export interface Forecast {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; null where no price is known. */
  readonly cost: number | null;
}

/** A system that a suite asks: this product in process, a running server, or anything that answers over HTTP. */
export interface SuiteTarget {
  /** What is known of the identity, which begins with it, without asking or filling anything. */
  readonly configuration: string;
  /**
   * Fills it where it is ours to fill, and resolves to what identifies the state that answers: configuration, models, prompts and the
   * generation of its index. A kept answer is used again only under the same identity. Throws TARGET_UNAVAILABLE.
   */
  prepare(progress: Progress, signal: AbortSignal): Promise<{ readonly identity: string }>;
  forecast(question: EvalCase): Forecast;
  /** Throws AppError; a refusal is an answer. */
  ask(question: EvalCase, signal: AbortSignal): Promise<RecordedAnswer>;
  close(): Promise<void>;
}
