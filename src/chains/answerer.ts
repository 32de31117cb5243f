import type { AnswerMode, UnsequencedAnswerEvent } from '../domain/answer.ts';
import type { ScoredPassage } from '../retrieve/retrieve.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { RankedUnit } from './evidence/rank-units.ts';
import type { TermWeights } from './evidence/term-weights.ts';

export interface AnswererInput {
  /** The standalone question. */
  readonly question: string;
  readonly passages: readonly ScoredPassage[];
  /** Units of the best passages, best first. */
  readonly units: readonly RankedUnit[];
  readonly weights: TermWeights;
  readonly mode: AnswerMode;
  /** BCP 47 language of the asker; null when unknown. */
  readonly locale: string | null;
  /** Different quotes that the answer may show. */
  readonly maxQuotes: number;
}

export interface AnswererResult {
  readonly rejectedQuotes: AnswerRecord['rejectedQuotes'];
  /** Whether a model was asked for quotes a second time, because too few of the first were found. */
  readonly isRepaired?: boolean;
}

/**
 * Writes an answer as events of quotes and sentences; a sentence comes only after its quotes. An answer without a
 * `sentence-finished` says that the passages hold nothing that could be released. May throw at any time.
 */
export type Answerer = (
  input: AnswererInput,
  signal: AbortSignal,
) => AsyncGenerator<UnsequencedAnswerEvent, AnswererResult>;
