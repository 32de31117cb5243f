import type { SimilarityOf } from './similarity.ts';

/** A vector of unit length for each text. Throws MODEL_UNAVAILABLE, DEADLINE_EXCEEDED or the signal's reason. */
export type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<Float32Array[]>;

/** Texts in, unit-length vectors out. Questions are served ahead of documents. */
export interface Embedder {
  /** Names model, precision and dimensions; vectors of different ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** Tokens of one text that the model reads; the rest would be cut off silently. */
  readonly maxTokens: number;
  /** Languages that it was made for, BCP 47; null: many. In others its vectors say little. */
  readonly languages: readonly string[] | null;
  /** Calls with documents that it makes use of at once; 2 when left out, so that one waits while another is worked on. */
  readonly callsAtOnce?: number;
  /**
   * What its cosines say; left out: they are spread as those of the built-in embedder. Measured when it is first asked for, and throws what
   * embedding throws.
   */
  readonly similarity?: () => Promise<SimilarityOf>;
  readonly embedQuestions: Embed;
  readonly embedDocuments: Embed;
  /** Sentences of documents that a question waits for: the vectors of `embedDocuments`, served as early as questions. */
  readonly embedSentences: Embed;
  close(): Promise<void>;
}

/** Counts tokens of the embedder without its special tokens. */
export type CountTokens = (text: string) => number;
