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

export interface VectorIndex {
  upsert(tenant: TenantId, points: readonly IndexPoint[]): Promise<void>;
  remove(tenant: TenantId, filter: { documentId: DocumentId; versionBelow?: number }): Promise<void>;
  /** Candidates of both sides in one answer, best of each side up to `limit`. Throws without a tenant. */
  search(query: IndexQuery, signal: AbortSignal): Promise<IndexSearch>;
  /** Inverse document frequency of each term of the tenant, Lucene's formula ln(1 + (N - n + .5) / (n + .5)); 0 terms known gives the maximum. */
  inverseDocumentFrequencies(tenant: TenantId, terms: Int32Array): Promise<Float32Array>;
  /** Resolves when the index holds what the rows held at the call. */
  refresh(tenant: TenantId): Promise<void>;
  count(tenant: TenantId): Promise<number>;
  dropTenant(tenant: TenantId): Promise<void>;
}

/** What a document holds now; `version` null when it is gone. */
export interface IndexChange {
  readonly documentId: DocumentId;
  readonly version: number | null;
  readonly passages: number;
  readonly embedded: number;
}

/** The rows behind the index: what the memory driver loads a tenant from, and what a rebuild reads. */
export interface IndexRows {
  /** Raised by every publish, delete, permission change and saved vector. */
  generation(tenant: TenantId): Promise<number>;
  /** Documents changed after that generation (0: all), with the generation they bring one to. */
  changesSince(tenant: TenantId, generation: number): Promise<{ generation: number; changes: IndexChange[] }>;
  /** Points of the current versions of these documents. */
  points(tenant: TenantId, embedder: string, documents: readonly DocumentId[]): AsyncIterable<IndexPoint[]>;
  /** Visible documents that the clause matches, for drivers that cannot express it; at most `limit`, `isComplete` false when there are more. */
  documentsMatching(
    tenant: TenantId,
    clause: FilterClause,
    limit: number,
  ): Promise<{ readonly documents: readonly DocumentId[]; readonly isComplete: boolean }>;
}
