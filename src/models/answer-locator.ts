/** Units (sentences, lines) of one passage, in their order, with what it is called. */
export interface LocatedPassage {
  readonly title: string;
  readonly units: readonly string[];
}

export interface LocateRequest {
  readonly question: string;
  readonly passages: readonly LocatedPassage[];
}

/** Reads a question beside the units of a passage, and says in which of them the answer stands, or that it stands in none. */
export interface AnswerLocator {
  /** Names model and precision. */
  readonly id: string;
  /** Languages that it was taught, BCP 47. In others it says nothing of worth. */
  readonly languages: readonly string[];
  /** Makes ready what a question will need, while something else is done for it. */
  prepare(): void;
  /**
   * For each passage, and each of its units, the logarithmic odds that the answer stands there and not nowhere. Throws MODEL_UNAVAILABLE,
   * DEADLINE_EXCEEDED or the signal's reason.
   */
  locate(request: LocateRequest, signal: AbortSignal): Promise<readonly Float32Array[]>;
  /** Gives back what it holds; calls after it fail. */
  close(): Promise<void>;
}
