import type { TenantId } from '../domain/ids.ts';
import type { IndexChecksum } from './vector-index.ts';

export const reindexStages = ['embedding', 'writing', 'checking'] as const;
export const reindexStates = ['running', 'finished', 'failed'] as const;
export const collectionStates = ['live', 'next', 'previous'] as const;

/** As far as the index can tell: the one in memory only counts, the rest is null. */
export type HeldChecksum = { readonly [Part in keyof IndexChecksum]: IndexChecksum[Part] | null };

/** What the rows hold of a tenant and what the index holds of it; complete when both are the same. */
export interface TenantProof {
  readonly tenantId: TenantId;
  readonly rows: IndexChecksum;
  readonly index: HeldChecksum;
  readonly isComplete: boolean;
}

export interface Reindex {
  readonly state: (typeof reindexStates)[number];
  readonly embedder: string;
  readonly collection: string;
  readonly stage: (typeof reindexStages)[number];
  /** Texts while embedding, passages while writing, tenants while checking. */
  readonly done: number;
  readonly total: number;
  /** Why it failed; while it runs, what it waits for. */
  readonly error: { readonly code: string; readonly detail: string } | null;
  /** Tenants that were checked. */
  readonly proofs: readonly TenantProof[];
}

export interface IndexStatus {
  readonly driver: 'memory' | 'qdrant';
  /** `next` is filled beside the live one; `previous` is kept for a day. Empty where the index is in memory. */
  readonly collections: readonly {
    readonly name: string;
    readonly embedder: string;
    readonly state: (typeof collectionStates)[number];
    readonly createdAt: string;
  }[];
  /** The last one in this process. */
  readonly reindex: Reindex | null;
}

/** One stored question asked of both indexes. */
export interface ComparedQuestion {
  readonly question: string;
  /** Share of the best 10 that both found, in [0, 1]; 1 when neither found any. */
  readonly overlap: number;
  readonly onlyLive: readonly string[];
  readonly onlyNext: readonly string[];
}

export interface IndexComparison {
  readonly live: string;
  readonly next: string;
  readonly questions: number;
  /** Mean overlap of the best 10; null without a question. */
  readonly overlapAt10: number | null;
  /** The questions that differ most, at most 20. */
  readonly most: readonly ComparedQuestion[];
}

/** What operators may do with the index. */
export interface IndexAdministration {
  status(): Promise<IndexStatus>;
  /**
   * Starts to build the live index anew from the rows, or with another embedder a second one beside it; returns at once, and again while
   * the same is under way. Throws CONFLICT while another one runs, INVALID_REQUEST for an embedder that cannot be had here.
   */
  reindex(embedder: string | null): Promise<IndexStatus>;
  /** Asks both indexes the stored questions, at most so many. Throws CONFLICT when there is no second one. */
  compare(questions: number): Promise<IndexComparison>;
  /** The second one, or the one before, becomes the live one. Throws CONFLICT when there is none. */
  switchTo(which: 'next' | 'previous'): Promise<IndexStatus>;
}
