/** How much of a file its text holds. */
export interface ParseQuality {
  /** From 0, nothing, to 1. */
  readonly score: number;
  readonly characters: number;
  /** Pages or slides; null where the format has none. */
  readonly pages: number | null;
  /** Null where the format has no pages. */
  readonly charactersPerPage: number | null;
  /** Pages without text, which are pictures as a rule; null where the format has no pages. */
  readonly emptyPages: number | null;
  /** Tables and charts that the file holds and the text does not, or not row by row. */
  readonly lostTables: number;
  /** Characters that could not be decoded. */
  readonly replacementCharacters: number;
  /** What is wrong, in a reader's words; null from a score of `goodQuality` on. */
  readonly warning: string | null;
}

/** A lower score is worth a look: a third of the file or more is missing or spoilt. */
export const goodQuality = 0.7;

/** A document with fewer characters a page is no text. */
export const fewestCharactersPerPage = 20;
