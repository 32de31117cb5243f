export interface RerankRequest {
  readonly query: string;
  readonly texts: readonly string[];
}

/** Reads a question and a text together, which vectors made apart cannot. */
export interface Reranker {
  /** The model's name at its provider. */
  readonly id: string;
  /**
   * Relevance of each text in [0, 1], in the order of `texts`; null where the server gave none. At least one is there unless `texts` is empty.
   * Throws MODEL_REJECTED_KEY, MODEL_RATE_LIMITED, MODEL_UNAVAILABLE, MODEL_BAD_RESPONSE, DEADLINE_EXCEEDED or the signal's reason.
   */
  rerank(request: RerankRequest, signal: AbortSignal): Promise<(number | null)[]>;
  /** Gives back what it holds; calls after it fail. */
  close(): Promise<void>;
}
