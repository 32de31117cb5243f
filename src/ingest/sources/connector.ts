import type { AppError } from '../../domain/errors.ts';
import type { DocumentBytes } from '../submit-document.ts';

/** What a connector keeps with a document and gets back at the next listing, such as the links of a page. Small, plain JSON. */
export type Memo = Readonly<Record<string, unknown>>;

/** A document as the last run knew it. */
export interface KnownDocument {
  readonly externalId: string;
  readonly fingerprint: string;
  readonly memo: Memo | null;
}

export interface FetchedDocument extends DocumentBytes {
  readonly externalId: string;
  /** The same while the content is: a commit's blob, a hash, a time with a size. */
  readonly fingerprint: string;
  readonly uri: string | null;
  /** Null: the parser's title is taken. */
  readonly title: string | null;
  readonly memo: Memo | null;
}

/** A document that the source has. With the fingerprint of the known one it is not fetched. */
export interface ListedDocument {
  readonly externalId: string;
  readonly fingerprint: string;
  /** Where listing had to read it already. */
  readonly content?: FetchedDocument;
}

/** The source has it, or may have it, and it could not be looked at: it stays as it was. */
export interface UnlistedDocument {
  readonly externalId: string;
  readonly error: AppError;
}

/** Ends a listing. `complete` only when every document of the source was in it: else nothing is removed, and `reason` says why. */
export interface ListingEnd {
  readonly complete: boolean;
  readonly reason: string | null;
  /** The place to ask `changesSince` from; null where the source has none. */
  readonly cursor: string | null;
}

export interface ChangeSet {
  readonly changed: readonly ListedDocument[];
  /** External ids of what is gone for certain. */
  readonly removed: readonly string[];
  readonly cursor: string;
}

/**
 * One source, opened for one run. Errors are AppErrors; one that a listing throws ends the run and removes nothing. A connector writes
 * nothing at the source, and reaches the network through the guarded fetch alone. Every method ends soon after its signal is aborted.
 */
export interface Connector extends AsyncDisposable {
  /** Every document, in any order, each once. */
  list(
    known: ReadonlyMap<string, KnownDocument>,
    signal: AbortSignal,
  ): AsyncGenerator<ListedDocument | UnlistedDocument, ListingEnd>;
  /** One document by its external id. Null only when the source says for certain that it is gone; anything else that goes wrong throws. */
  fetch(externalId: string, signal: AbortSignal): Promise<FetchedDocument | null>;
  /** What changed since a cursor that an earlier run ended with; null when the source cannot tell, and everything has to be listed. */
  changesSince(cursor: string, signal: AbortSignal): Promise<ChangeSet | null>;
  /** Who may read the document, by what the source says; null: the access list of the source holds. Asked after list or fetch gave it. */
  permissions(externalId: string): readonly string[] | null;
}

export const isUnlisted = (entry: ListedDocument | UnlistedDocument): entry is UnlistedDocument => 'error' in entry;
