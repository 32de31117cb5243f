import type { NearestDocument, WordChange } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { DocumentId } from '../domain/ids.ts';
import type { RankedPassage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';
import type { Span } from '../domain/sentences.ts';
import type { SimilarityOf } from '../models/similarity.ts';

export interface RetrieveInput {
  /** The standalone question first, then other wordings that are searched too (the original follow-up). */
  readonly queries: readonly string[];
  readonly principal: Principal;
  /** Null: every document that the principal may read. */
  readonly filter: FilterClause | null;
  readonly limit: number;
  /** Tokens that all passages may have together; null: no limit, passages as they are stored (what `search` returns). */
  readonly tokenBudget: number | null;
  /** Questions that the first query asks in one, each searched beside it; left out: the rules of `splitQuestion` find them. */
  readonly parts?: readonly string[];
  /** Whether a first query that finds little may be searched in other words too; true unless it is refused. */
  readonly expand?: boolean;
}

/** The vector of a question, and what a cosine of it and another vector of its embedder says. */
export interface QuestionVector {
  readonly vector: Float32Array;
  readonly similarityOf: SimilarityOf;
}

/** A window of sentences with how much it speaks for its passage: 1 for the best one, in [0, 1]. */
export interface WindowShare extends Span {
  readonly share: number;
  /** Of question and window, at most 1 and as a rule above -1, on the built-in embedder's scale; null without a vector. */
  readonly cosine: number | null;
}

/** What one step made of a passage. */
export interface StepScore {
  readonly step: string;
  /** In [0, 1]; what the passage is ordered by after the step. */
  readonly score: number;
  /** What each named feature added to the step's score, where the step knows. */
  readonly contributions?: Readonly<Record<string, number>>;
  /** Whose weights the step applied, where it applies some: the shipped ones or the tenant's own; and when they were fitted, ISO 8601. */
  readonly weights?: 'own' | 'shipped';
  readonly fittedAt?: string;
  /** The window of the passage's text that speaks most for it, where the step looked for one. */
  readonly window?: Span;
  /** All windows of the passage's text, ascending, where the step compared them. */
  readonly windows?: readonly WindowShare[];
  /** Words of the question that the passage has, with their inverse document frequencies. */
  readonly terms?: Readonly<Record<string, number>>;
}

/** A document with nearly the same passage, which was folded into the one that is shown. */
export interface AlsoIn {
  readonly documentId: DocumentId;
  readonly title: string;
  readonly uri: string | null;
  readonly version: number;
  /** Its tag `version`; null without one. */
  readonly versionTag: string | null;
}

/** A passage with what each step gave it, so that its rank can be explained. */
export interface ScoredPassage extends RankedPassage {
  /** In the order of the steps; the first is `fuse`. */
  readonly steps: readonly StepScore[];
  /** Cosine of question and passage on the built-in embedder's scale; null when the passage or the question has no vector. */
  readonly dense: number | null;
  /** BM25 score, >= 0. */
  readonly sparse: number | null;
  /** Other documents that say the same, best first; left out: none was found. */
  readonly alsoIn?: readonly AlsoIn[];
  /** The document that its tags name as the newer one; its id when that was found too. */
  readonly supersededBy?: { readonly reference: string; readonly documentId: DocumentId | null };
}

/** A passage that a step took out after it was found. */
export interface DroppedPassage {
  /** As it was when it was taken out. */
  readonly passage: ScoredPassage;
  readonly step: string;
  readonly detail: string;
  /** The passage that says the same and stayed. */
  readonly foldedInto?: Pick<ScoredPassage, 'id' | 'documentId' | 'title'>;
}

export interface Degradation {
  readonly step: string;
  readonly to: string;
  readonly cause: string;
}

/** The wording that was searched beside a first query that found little. */
export interface Expansion {
  readonly original: string;
  readonly searched: string;
  readonly changes: readonly WordChange[];
  /** Returned passages that the queries as they were asked did not rank among as many. */
  readonly gained: number;
}

/** With the reason of its first change, as events and results tell it. */
export function describeExpansion(expansion: Expansion) {
  return { ...expansion, changes: [...expansion.changes], reason: expansion.changes[0]?.reason ?? 'spelling' };
}

export interface Retrieval {
  /** Within the limit and the budget. */
  readonly passages: readonly ScoredPassage[];
  /** All that was read and left by the stages, best first, before limit and budget. */
  readonly ranked: readonly ScoredPassage[];
  /** Documents of the best passages, best first, at most 5. */
  readonly nearest: readonly NearestDocument[];
  /** Of the first query, or of the wording searched for it; null when the embedder is down. */
  readonly questionVector: QuestionVector | null;
  /** Largest BM25 score that this wording could reach: sum of idf times the largest term weight. */
  readonly idealSparse: number;
  /** Probability in [0, 1] that the passages answer the question; null when no stage judged it. */
  readonly relevance: number | null;
  readonly degradations: readonly Degradation[];
  readonly dropped: readonly DroppedPassage[];
  /** Absent when the questions were searched as they were asked. */
  readonly expansion?: Expansion;
  /** Milliseconds by step: embed, search, fuse, expand where another wording was looked for, read, the rank stages by name, pack. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The one ranking that search, answers, evals and the debugger share. Throws INDEX_UNAVAILABLE or DATABASE_UNAVAILABLE. */
export type Retrieve = (input: RetrieveInput, signal: AbortSignal) => Promise<Retrieval>;
