import type { CuratedAnswer, CuratedState } from '../domain/curated-answer.ts';
import type { CuratedAnswerId, DocumentId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Page } from './documents.ts';

/** What is written of a curated answer together with its document, see `IncomingDocument`. */
export interface CuratedContent extends Pick<CuratedAnswer, 'question' | 'variants' | 'answer' | 'validUntil'> {
  /** Bound to the current version; with a `version` only if it is that one still. */
  readonly sources: readonly { readonly documentId: DocumentId; readonly version: number | null }[];
  /** Who stands behind it. */
  readonly by: Principal;
}

export interface CuratedListOptions {
  readonly limit: number;
  readonly cursor: string | null;
  readonly state: CuratedState | null;
}

/** Reads curated answers; they are written and removed as documents. A reader sees those whose sources all are the reader's to open. */
export interface CuratedAnswerStore {
  /** Newest first. Throws INVALID_REQUEST for a cursor of another list. */
  list(principal: Principal, options: CuratedListOptions): Promise<Page<CuratedAnswer>>;
  get(principal: Principal, id: CuratedAnswerId): Promise<CuratedAnswer | null>;
}
