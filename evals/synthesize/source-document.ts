/** A passage as the product cuts it. */
export interface SourcePassage {
  readonly text: string;
  /** UTF-16 offset of the text in the content of its document. */
  readonly start: number;
  readonly headingPath: readonly string[];
}

/** A document that questions are made of. */
export interface SourceDocument {
  /** Name under which a target knows it: the path below the folder, or its external id. */
  readonly id: string;
  readonly title: string;
  /** Parsed text, into which quotes point. */
  readonly content: string;
  readonly passages: readonly SourcePassage[];
}
