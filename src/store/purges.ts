import type { DocumentId, TenantId } from '../domain/ids.ts';

/** What was removed of a document, everywhere; kept in the audit log as `document.purged`. */
export interface PurgeReceipt {
  readonly documentId: DocumentId;
  readonly versions: number;
  readonly passages: number;
  /** Embeddings that no other passage of the tenant shares. */
  readonly vectors: number;
  /** Raw files that no other version has the bytes of. */
  readonly objects: number;
  /** Kept answers of the tenant that were dropped in the process that finished. */
  readonly caches: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A removed document of which rows and files are gone. */
export interface PurgedDocument {
  readonly tenantId: TenantId;
  readonly documentId: DocumentId;
}

/** The rest of a removal, after the rows: files, and the receipt. */
export interface PurgeStore {
  /**
   * Files, by hash, that no version has: they are this process's to remove, and nobody can come to need them before `objectRemoved`. What
   * a process that ended had claimed is given out again.
   */
  claimObjects(limit: number): Promise<string[]>;
  objectRemoved(hash: string): Promise<void>;
  finished(limit: number): Promise<PurgedDocument[]>;
  /** Writes the receipt, once; null when another process did. */
  writeReceipt(document: PurgedDocument, counts: { readonly caches: number }): Promise<PurgeReceipt | null>;
  /** How often any process removed texts for good, by a receipt or with a tenant. */
  textRemovals(): Promise<number>;
}
