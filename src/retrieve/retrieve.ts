import type { NearestDocument } from '../domain/answer.ts';
import type { DocumentFilter } from '../domain/document.ts';
import type { RankedPassage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';

export interface RetrieveInput {
  /** The standalone question first, then other wordings that are searched too (the original follow-up). */
  readonly queries: readonly string[];
  readonly principal: Principal;
  readonly filter: DocumentFilter;
  readonly limit: number;
  /** Tokens that all passages may have together; null: no limit, passages as they are stored (what `search` returns). */
  readonly tokenBudget: number | null;
}

/** A passage with what each step gave it, so that its rank can be explained. */
export interface ScoredPassage extends RankedPassage {
  /** Cosine of question and passage in [-1, 1]; null when the passage or the question has no vector. */
  readonly dense: number | null;
  /** BM25 score, >= 0. */
  readonly sparse: number | null;
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
  /** Milliseconds by step: embed, search, fuse, read, pack. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The one ranking that search, answers, evals and the debugger share. Throws INDEX_UNAVAILABLE or DATABASE_UNAVAILABLE. */
export type Retrieve = (input: RetrieveInput, signal: AbortSignal) => Promise<Retrieval>;
