import type { Chunk, DocumentState, DocumentSummary, Properties } from '../domain/document.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { DocumentId, JobId, PassageId, SourceId, TenantId } from '../domain/ids.ts';
import type { JobFailure } from '../domain/job.ts';
import type { Metadata } from '../domain/metadata.ts';
import type { ParseQuality } from '../domain/parse-quality.ts';
import type { Passage, RankedPassage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';
import type { Span } from '../domain/sentences.ts';
import type { CuratedContent } from './curated-answers.ts';
import type { WorkShare } from './workers.ts';

/** What is known of a document before it is read. */
export interface IncomingDocument {
  readonly source: string;
  /** Unique within tenant and source; the same one replaces. */
  readonly externalId: string;
  readonly uri: string | null;
  /** Null: the parser's title is taken. */
  readonly title: string | null;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** By the fields that the tenant declared. */
  readonly metadata: Metadata;
  readonly language: string | null;
  /** SHA-256 of the raw bytes, hexadecimal; also their name in the object store. */
  readonly contentHash: string;
  readonly mediaType: string;
  readonly fileName: string;
  readonly size: number;
  /** Of a document that holds a curated answer; it is written with it. */
  readonly curated?: CuratedContent;
  /** Of a document that a source brings: its tags, and its access list where `acl` is true, are those of the source at the moment of writing. */
  readonly inherits?: { readonly source: SourceId; readonly acl: boolean };
}

/** `unchanged`: the same bytes and metadata are visible or already queued; nothing was written. */
export interface Registration {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly jobId: JobId | null;
  readonly outcome: 'added' | 'changed' | 'unchanged';
}

/** Which version of which document, and the job that brought it. */
export interface VersionName {
  readonly tenantId: TenantId;
  readonly jobId: JobId;
  readonly documentId: DocumentId;
  readonly version: number;
}

/** Of a version that was claimed so often, each time in vain, it is suspected that reading it ends the process. */
export const suspectAttempts = 3;

/** A document version that waits to be read. */
export interface QueuedVersion extends VersionName {
  /** How often it was claimed, this time included, as far as `suspectAttempts`; above, how often a process ended while it was read alone. */
  readonly attempts: number;
  readonly document: IncomingDocument;
}

/** Sparse vector: BM25 weights by term id; both arrays have the same length, indices ascend. */
export interface SparseVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface PreparedPassage extends Chunk {
  readonly id: PassageId;
  readonly sparse: SparseVector;
  /** SHA-256 of exactly the text that is embedded (header and passage), hexadecimal. */
  readonly embeddingHash: string;
  /** The text that is embedded. */
  readonly embeddingText: string;
}

/** Everything that a version needs to become visible. */
export interface PreparedVersion extends VersionName {
  readonly title: string;
  readonly language: string | null;
  readonly content: string;
  readonly quality: ParseQuality;
  readonly properties: Properties;
  readonly passages: readonly PreparedPassage[];
}

export interface DocumentListOptions {
  readonly limit: number;
  readonly cursor: string | null;
  readonly source?: string;
  readonly state?: DocumentState;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A document as an explanation sees it; `deletedAt` null while it exists. */
export type DocumentStanding = Omit<
  DocumentSummary,
  'state' | 'contentHash' | 'mediaType' | 'size' | 'quality' | 'properties'
> & {
  /** Null once nothing of a removed document is left. */
  readonly state: DocumentState | null;
  readonly deletedAt: string | null;
};

/** A document whose passages are mostly, or all, word for word those of another one. */
export interface DuplicateDocument
  extends Pick<DocumentSummary, 'source' | 'externalId' | 'uri' | 'title' | 'tags' | 'createdAt'> {
  readonly documentId: DocumentId;
  /** As of a passage. */
  readonly statedVersion?: string;
  /** Common passages by the number of those of the longer document, in (0, 1]. */
  readonly share: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** A passage that has no vector of the embedder yet. */
export interface UnembeddedPassage {
  readonly tenantId: TenantId;
  readonly embeddingHash: string;
  readonly text: string;
}

/** The embedded text of a current passage whose windows are not embedded yet, with what its header was made from. */
export interface UnwindowedText extends UnembeddedPassage {
  readonly title: string;
  readonly headingPath: readonly string[];
}

/** A window of sentences of an embedded text. Places count back from the text's end, which a passage shares with the text it is embedded by. */
export interface EmbeddedWindow {
  readonly startFromEnd: number;
  readonly endFromEnd: number;
  /** Unit length. */
  readonly vector: Float32Array;
}

/** A window of sentences; offsets are UTF-16 into the passage's text, and `scale` times `vector` has about unit length. */
export interface PassageWindow extends Span {
  readonly vector: Int8Array;
  readonly scale: number;
}

/** Of how many passages windows are read at once: as many as are ranked by them. */
export const passagesWithWindows = 50;

export interface StoredPassage extends Passage {
  /** Empty until they are embedded, and for a passage of one window. */
  readonly windows: readonly PassageWindow[];
}

/**
 * Documents, versions and passages: the authority on what exists and who may read it.
 * Methods that take a Principal show only current, permitted, undeleted documents.
 */
export interface DocumentStore {
  /** Writes document rows, queued versions and job items in one transaction. Creates the job when `jobId` is null and something is new. Throws INVALID_REQUEST for metadata that is not declared. */
  register(tenant: TenantId, jobId: JobId | null, incoming: readonly IncomingDocument[]): Promise<Registration[]>;
  /**
   * Takes up to `limit` queued versions so that no other worker gets them: tenants take turns, within one small files go before large ones
   * that came a little earlier. They return to the queue when they are not finished or renewed within `leaseSeconds`.
   */
  claim(limit: number, leaseSeconds: number): Promise<QueuedVersion[]>;
  /** Holds claims for another `leaseSeconds`; resolves to those that are still wanted: not cancelled, paused, overtaken or removed. */
  renew(versions: readonly VersionName[], leaseSeconds: number): Promise<VersionName[]>;
  /** Notes that a claimed version is being read alone, or that this came to an end and the process did not. */
  markReading(version: VersionName, isReading: boolean): Promise<void>;
  /** Gives claims back as if they had not been made: something else stood in the way. */
  returnClaims(versions: readonly VersionName[]): Promise<void>;
  /** Makes claimed versions of this process available again at once, as after a crash. */
  releaseClaims(): Promise<void>;
  /**
   * The publish protocol: writes the passages, checks that all are there, flips the current version and raises the tenant's generation, in one transaction.
   * A version that was overtaken by a newer one or whose document was deleted is dropped. Idempotent.
   */
  publish(versions: readonly PreparedVersion[]): Promise<void>;
  /** Marks a version as failed; an older version stays visible. */
  fail(version: VersionName, failure: Pick<JobFailure, 'code' | 'detail'>): Promise<void>;
  /** Hides the documents at once and raises the generation. Returns how many were visible or queued. */
  remove(tenant: TenantId, documents: readonly DocumentId[]): Promise<number>;
  /** Deletes rows of overtaken versions and removed documents, at most `limit` versions; returns the count. */
  sweep(limit: number): Promise<number>;

  list(principal: Principal, options: DocumentListOptions): Promise<Page<DocumentSummary>>;
  get(principal: Principal, id: DocumentId): Promise<DocumentSummary | null>;
  /**
   * Documents with this id, external id, URI or title (in any case), or whose id begins so, at most 20: what exists before what was
   * deleted, in the order of these names, newest first. Administrators alone see what was deleted, by its id also once it was swept away.
   */
  find(principal: Principal, reference: string): Promise<DocumentStanding[]>;
  /** The parsed text of a version, the current one when null; older versions stay readable until they are swept. */
  content(
    principal: Principal,
    id: DocumentId,
    version: number | null,
  ): Promise<{ version: number; text: string } | null>;
  /** Passages of the current version in order, `cursor` is the last ordinal seen. */
  passages(
    principal: Principal,
    id: DocumentId,
    limit: number,
    cursor: string | null,
  ): Promise<Page<Omit<RankedPassage, 'score'>> | null>;
  /**
   * The read protocol: of these ids, the passages whose document is current, permitted, undeleted and matched by the filter.
   * Windows come with the first `passagesWithWindows` ids only.
   */
  readPassages(principal: Principal, ids: readonly PassageId[], filter: FilterClause | null): Promise<StoredPassage[]>;
  /**
   * Of the document itself (share 1) and of up to 100 others that have at least `share` of its passages word for word, with the same
   * headings, or that are of the same bytes; those with most in common first. Null when there is no visible version.
   */
  duplicates(principal: Principal, id: DocumentId, share: number): Promise<DuplicateDocument[] | null>;
  /** True when the principal may see at least one visible document. */
  hasDocuments(principal: Principal): Promise<boolean>;
}

/** Embeddings by (embedder, content hash), and the queue of passages that lack one. */
export interface EmbeddingStore {
  /** The id of the embedder that is in use, or was when this last ran; null before the first one. */
  inUse(): Promise<string | null>;
  /** Distinct texts of current passages without a vector of this embedder, of the process's share: tenants take turns, within one the oldest document goes first. */
  unembedded(embedder: string, limit: number, share?: WorkShare): Promise<UnembeddedPassage[]>;
  /** Of these content hashes, those that the tenant has no vector for. */
  missing(embedder: string, tenant: TenantId, embeddingHashes: readonly string[]): Promise<string[]>;
  /** Stores vectors and raises the generation of the tenants concerned. */
  save(
    embedder: string,
    dimensions: number,
    vectors: readonly { tenantId: TenantId; embeddingHash: string; vector: Float32Array }[],
  ): Promise<void>;
  /** Takes texts out of the queue that the embedder refuses, until another one is in use; their documents show why. */
  giveUp(
    embedder: string,
    refused: readonly { tenantId: TenantId; embeddingHash: string; reason: Pick<JobFailure, 'code' | 'detail'> }[],
  ): Promise<void>;
  /** Texts of the tenant's current passages without a vector of that embedder, whether it is in use or not, in the order of their hashes after `after`. */
  textsWithout(
    embedder: string,
    tenant: TenantId,
    after: string,
    limit: number,
  ): Promise<{ embeddingHash: string; text: string }[]>;
  /** Stores vectors of an embedder that is not in use: nothing that is visible changes. */
  saveBeside(
    embedder: string,
    tenant: TenantId,
    vectors: readonly { embeddingHash: string; vector: Float32Array }[],
  ): Promise<void>;
  /** Current passages that still wait, for one tenant or all. */
  waiting(embedder: string, tenant: TenantId | null): Promise<number>;
  /** Texts of the process's share that have a vector but no windows yet, oldest vector first. */
  withoutWindows(embedder: string, limit: number, share?: WorkShare): Promise<UnwindowedText[]>;
  /** Stores the windows of texts that have a vector; no window for a text that is one. */
  saveWindows(
    embedder: string,
    dimensions: number,
    texts: readonly { tenantId: TenantId; embeddingHash: string; windows: readonly EmbeddedWindow[] }[],
  ): Promise<void>;
  /** Texts of current passages that have a vector but no windows yet, for one tenant or all. */
  windowsWaiting(embedder: string, tenant: TenantId | null): Promise<number>;
}
