/** An answer with the texts that it should keep to, as people judged it. */
export interface GroundednessCase {
  readonly id: string;
  readonly context: readonly string[];
  readonly question: string;
  readonly response: string;
  /** True when the context does not support the response. */
  readonly isUnsupported: boolean;
  /** Kinds of it, by which figures can be told apart: the task, what the people noted. Left out where the set has none. */
  readonly strata?: readonly string[];
}

/** Reads one set, answer by answer. Throws INVALID_REQUEST naming file, line and field. */
export type ReadLabelled = (path: string) => AsyncGenerator<GroundednessCase>;
