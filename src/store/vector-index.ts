import type { ErrorCode } from '../domain/errors.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { DocumentId, PassageId, TenantId } from '../domain/ids.ts';
import type { Metadata } from '../domain/metadata.ts';
import type { SparseVector } from './documents.ts';

/** A passage as the index knows it. Payload fields are what filters and permissions may use; they never decide what is shown. */
export interface IndexPoint {
  readonly id: PassageId;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly source: string;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly language: string | null;
  readonly title: string;
  readonly uri: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Values of the fields that the tenant declared. */
  readonly metadata: Metadata;
  readonly sparse: SparseVector;
  /** Unit length; null until it is embedded. */
  readonly dense: Float32Array | null;
  /** The passage's text, where the reader asked for it. */
  readonly content?: string;
}

/** `grants` null: sees every document of the tenant; else only those whose list is empty or shares an entry. */
export interface IndexFilter {
  /** Null: every document. */
  readonly clause: FilterClause | null;
  readonly grants: readonly string[] | null;
}

export interface IndexQuery {
  readonly tenant: TenantId;
  readonly dense?: Float32Array;
  /** The embedder that made `dense`; an index that holds vectors of another one searches by words alone. */
  readonly embedder?: string;
  readonly sparse?: SparseVector;
  readonly filter: IndexFilter;
  /** Candidates wanted per side. */
  readonly limit: number;
}

/**
 * Both scores of a passage that either side found: `dense` cosine in [-1, 1], null without a vector; `sparse` BM25 >= 0, null when no words
 * were asked for. Ties are broken by id, so that drivers rank alike.
 */
export interface IndexCandidate {
  readonly id: PassageId;
  readonly dense: number | null;
  readonly sparse: number | null;
}

/** `degradation`: what the driver could not do, and what it did in its place. */
export interface IndexSearch {
  readonly candidates: readonly IndexCandidate[];
  readonly degradation: { readonly to: string; readonly cause: ErrorCode } | null;
}

/** `degraded`: searches are answered, less well. */
export interface IndexHealth {
  readonly state: 'ok' | 'degraded' | 'down';
  readonly detail: string;
}

/** Fills itself from the rows: nothing is pushed into it. */
export interface VectorIndex {
  /**
   * Learns what the rows held at the call, so that searches and frequencies speak of it; called once for each question. A driver that takes
   * longer goes on by itself after a moment. Throws as `search` does.
   */
  catchUp(tenant: TenantId, signal: AbortSignal): Promise<void>;
  /** Candidates of both sides in one answer, best of each side up to `limit`. Throws without a tenant, and INDEX_UNAVAILABLE. */
  search(query: IndexQuery, signal: AbortSignal): Promise<IndexSearch>;
  /** Inverse document frequency of each term of the tenant, Lucene's formula ln(1 + (N - n + .5) / (n + .5)); 0 terms known gives the maximum. */
  inverseDocumentFrequencies(tenant: TenantId, terms: Int32Array): Promise<Float32Array>;
  /** Resolves when the index holds what the rows held at the call. */
  refresh(tenant: TenantId): Promise<void>;
  count(tenant: TenantId): Promise<number>;
  /** Forgets what it holds of the tenant and takes it from the rows again. Resolves when it is complete. */
  rebuild(tenant: TenantId): Promise<void>;
  health(signal: AbortSignal): Promise<IndexHealth>;
}

/** What a document holds now; `version` null when it is gone. */
export interface IndexChange {
  readonly documentId: DocumentId;
  readonly version: number | null;
  readonly passages: number;
  readonly embedded: number;
}

/** How complete an index is: passages, how many have a vector, and the exclusive or of the first 64 bits of their UUIDs, as 16 hexadecimal digits. */
export interface IndexChecksum {
  readonly passages: number;
  readonly embedded: number;
  readonly checksum: string;
  readonly embeddedChecksum: string;
}

/** The rows behind the index: what the memory driver loads a tenant from, and what a rebuild reads. */
export interface IndexRows {
  /** Raised by every publish, delete, permission change, saved vector, new glossary and new ranker. */
  generation(tenant: TenantId): Promise<number>;
  /** Documents changed after that generation (0: all), with the generation they bring one to. */
  changesSince(tenant: TenantId, generation: number): Promise<{ generation: number; changes: IndexChange[] }>;
  /** Points of the current versions of these documents; with the passages' texts where `content` is asked for. */
  points(
    tenant: TenantId,
    embedder: string,
    documents: readonly IndexChange[],
    options?: { readonly content: boolean },
  ): AsyncIterable<IndexPoint[]>;
  /** Visible documents that the clause matches, for drivers that cannot express it; at most `limit`, `isComplete` false when there are more. */
  documentsMatching(
    tenant: TenantId,
    clause: FilterClause,
    limit: number,
  ): Promise<{ readonly documents: readonly DocumentId[]; readonly isComplete: boolean }>;
}

/** What an index on a server needs of the rows beside their points. */
export interface IndexSource extends IndexRows {
  /** The sparse vectors of all current passages, for counting terms. */
  sparseVectors(tenant: TenantId): AsyncIterable<SparseVector[]>;
  /** Visible passages. */
  passages(tenant: TenantId): Promise<number>;
  /** The last different questions that were asked, newest first. */
  questions(tenant: TenantId, limit: number): Promise<string[]>;
  /** Of the visible passages, with the vectors of this embedder. */
  checksum(tenant: TenantId, embedder: string): Promise<IndexChecksum>;
}
