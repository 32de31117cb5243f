import type { NearestDocument } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { RankedPassage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';

export interface RetrieveInput {
  /** The standalone question first, then other wordings that are searched too (the original follow-up). */
  readonly queries: readonly string[];
  readonly principal: Principal;
  /** Null: every document that the principal may read. */
  readonly filter: FilterClause | null;
  readonly limit: number;
  /** Tokens that all passages may have together; null: no limit, passages as they are stored (what `search` returns). */
  readonly tokenBudget: number | null;
}

/** What one step made of a passage. */
export interface StepScore {
  readonly step: string;
  /** In [0, 1]; what the passage is ordered by after the step. */
  readonly score: number;
  /** What each named feature added to the step's score, where the step knows. */
  readonly contributions?: Readonly<Record<string, number>>;
}

/** A passage with what each step gave it, so that its rank can be explained. */
export interface ScoredPassage extends RankedPassage {
  /** In the order of the steps; the first is `fuse`. */
  readonly steps: readonly StepScore[];
  /** Cosine of question and passage in [-1, 1]; null when the passage or the question has no vector. */
  readonly dense: number | null;
  /** BM25 score, >= 0. */
  readonly sparse: number | null;
}

/** A passage that a step took out after it was found. */
export interface DroppedPassage {
  readonly passage: Pick<ScoredPassage, 'id' | 'documentId' | 'title'>;
  readonly step: string;
  readonly detail: string;
}

export interface Degradation {
  readonly step: string;
  readonly to: string;
  readonly cause: string;
}

export interface Retrieval {
  readonly passages: readonly ScoredPassage[];
  /** Documents of the best passages, best first, at most 5. */
  readonly nearest: readonly NearestDocument[];
  /** The vector of the first query; null when the embedder is down. */
  readonly questionVector: Float32Array | null;
  /** Largest BM25 score that the first query could reach: sum of idf times the largest term weight. */
  readonly idealSparse: number;
  readonly degradations: readonly Degradation[];
  readonly dropped: readonly DroppedPassage[];
  /** Milliseconds by step: embed, search, fuse, read, the rank stages by name, pack. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The one ranking that search, answers, evals and the debugger share. Throws INDEX_UNAVAILABLE or DATABASE_UNAVAILABLE. */
export type Retrieve = (input: RetrieveInput, signal: AbortSignal) => Promise<Retrieval>;
