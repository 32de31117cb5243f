import type { JobId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Registration } from '../store/documents.ts';

/** What the caller says about a document; `source` and `externalId` together name it within the tenant. */
export interface DocumentDetails {
  readonly source: string;
  readonly externalId: string;
  readonly uri: string | null;
  readonly title: string | null;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly language: string | null;
  /** Adds to this job; null starts one. */
  readonly jobId: JobId | null;
}

export interface DocumentBytes {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** Declared type; the bytes decide when they disagree. Null when nothing was declared. */
  readonly mediaType: string | null;
}

/** Accepts documents: raw bytes to the object store, document and job item in one transaction. What is acknowledged survives a crash. */
export interface SubmitDocuments {
  /** Throws FILE_TOO_LARGE, STORAGE_FULL, NOT_FOUND (an unknown job). */
  submit(principal: Principal, details: DocumentDetails, file: DocumentBytes): Promise<Registration>;
  /** Fetches one page or file without following its links. Throws URL_NOT_ALLOWED, URL_UNREACHABLE, FILE_TOO_LARGE. */
  submitUrl(principal: Principal, details: Omit<DocumentDetails, 'externalId'> & { externalId: string | null }, url: string, signal: AbortSignal): Promise<Registration>;
}
