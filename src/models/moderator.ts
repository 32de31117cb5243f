export interface Moderation {
  readonly isFlagged: boolean;
  /** What it was flagged for, in the words of the moderator. */
  readonly categories: readonly string[];
}

/** Judges whether a text may be asked or shown. */
export interface Moderator {
  readonly id: string;
  /** Throws what a model server throws, or the signal's reason. */
  moderate(text: string, signal: AbortSignal): Promise<Moderation>;
}
