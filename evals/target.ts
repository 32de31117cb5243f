import type { TextSpan } from './metrics/span-recall.ts';

/** A record of a corpus. */
export interface CorpusRecord {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Access-list entries of those who may read it; left out or empty: everyone of its tenant. */
  readonly acl?: readonly string[] | undefined;
  /** The tenant that holds it, where it is another than the one that a suite usually asks. */
  readonly tenant?: string | undefined;
}

/** What a search found, and what it says of its own evidence, for judging abstention. */
export interface SearchOutcome {
  /** External ids of records, best first, each once. */
  readonly ranked: readonly string[];
  /** The same records in the order of their BM25 scores alone. */
  readonly byWords: readonly string[];
  /** Probability in [0, 1] that the corpus answers; null when nothing judged it. */
  readonly relevance: number | null;
  /** In [-1, 1], null without vectors. */
  readonly bestCosine: number | null;
  readonly milliseconds: number;
}

export type Progress = (label: string, done: number, total: number) => void;

/** A throwaway tenant that a suite fills and asks. */
export interface EvalTarget {
  /** Every record becomes one passage. */
  addPassages(records: AsyncIterable<CorpusRecord>, progress: Progress): Promise<void>;
  /** Every record becomes a document, cut into passages. */
  addDocuments(records: AsyncIterable<CorpusRecord>, progress: Progress): Promise<void>;
  /** Every file of the folder becomes a document named by its relative path. */
  addFolder(folder: string, progress: Progress): Promise<void>;
  waitUntilEmbedded(progress: Progress): Promise<void>;
  search(question: string, limit: number, signal: AbortSignal): Promise<SearchOutcome>;
}

/** A throwaway tenant whose packed context is looked at. */
export interface ContextTarget extends Pick<EvalTarget, 'addFolder' | 'addPassages' | 'waitUntilEmbedded'> {
  /** The parsed text of each document, by the name under which it was added, without its file extension. */
  texts(): Promise<ReadonlyMap<string, string>>;
  /** What the product would put before an answerer within the budget, as spans of the documents. */
  packContext(question: string, tokenBudget: number, signal: AbortSignal): Promise<readonly TextSpan[]>;
  /** The same passages in the same order, each whole or not at all and without its neighbours: what is packed elsewhere. */
  packWhole(question: string, tokenBudget: number, signal: AbortSignal): Promise<readonly TextSpan[]>;
}
