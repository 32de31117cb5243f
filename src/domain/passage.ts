import type { DocumentId, PassageId } from './ids.ts';
import type { ReviewedAnswer } from './reviewed.ts';

/** A chunk of a visible document version, as search and answers use it. Offsets are UTF-16, into that version's parsed text. */
export interface Passage {
  readonly id: PassageId;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly ordinal: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  /** Of a spreadsheet's rows, such as `Prices!A2:D9`. */
  readonly cells: string | null;
  readonly externalId: string;
  readonly title: string;
  readonly uri: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** BCP 47, of the document; null when unknown. */
  readonly language: string | null;
  readonly updatedAt: string;
  /** What the file says of its version, as it is written there; left out where it says nothing. */
  readonly statedVersion?: string;
  /** The curated answer that it is of; left out for every other document. */
  readonly reviewed?: ReviewedAnswer;
}

/** A passage with its fused relevance in [0, 1], the best of a question near its own maximum. */
export interface RankedPassage extends Passage {
  readonly score: number;
}
