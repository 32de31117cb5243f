import { Document } from '@langchain/core/documents';
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers';
import { ensureConfig, type RunnableConfig } from '@langchain/core/runnables';
import type { Filter, FilterClause } from '../domain/filter.ts';
import type { Principal } from '../domain/principal.ts';
import { type DeclaredField, readFilter } from '../domain/read-filter.ts';
import type { Retrieve, ScoredPassage } from './retrieve.ts';

export interface FootnoteRetrieverFields extends BaseRetrieverInput {
  readonly retrieve: Retrieve;
  /** Whose documents are searched; one retriever serves one of them. */
  readonly principal: Principal;
  /** In the language of the API's filters. */
  readonly filter?: Filter;
  /** The fields that the tenant declared, for filters that name them. */
  readonly metadataFields?: readonly DeclaredField[];
  /** Passages; 10 unless given. */
  readonly limit?: number;
}

/** What a citation needs; offsets are UTF-16, into the text of that version. */
export type PassageMetadata = Pick<
  ScoredPassage,
  | 'documentId'
  | 'version'
  | 'ordinal'
  | 'start'
  | 'end'
  | 'headingPath'
  | 'page'
  | 'cells'
  | 'title'
  | 'uri'
  | 'updatedAt'
  | 'score'
>;

/** The product's ranking as a LangChain retriever. Throws what `Retrieve` throws, or the reason of the signal or timeout in the run's config. */
export class FootnoteRetriever extends BaseRetriever<PassageMetadata> {
  override lc_namespace = ['footnote', 'retrievers'];
  readonly #fields: FootnoteRetrieverFields;
  readonly #filter: FilterClause | null;
  readonly #signal: AbortSignal;

  /** Throws INVALID_REQUEST for a filter that cannot be read. */
  constructor(fields: FootnoteRetrieverFields, signal = new AbortController().signal) {
    const { retrieve: _retrieve, principal: _principal, filter, metadataFields, limit: _limit, ...base } = fields;
    super(base);
    this.#fields = fields;
    this.#filter = readFilter(filter ?? {}, metadataFields ?? []);
    this.#signal = signal;
  }

  /** LangChain's own `invoke` keeps signal and timeout to itself; a retriever of this run gets them. */
  override async invoke(input: string, options?: RunnableConfig): Promise<Document<PassageMetadata>[]> {
    const config = ensureConfig(options);
    const ofThisRun = config.signal ? new FootnoteRetriever(this.#fields, config.signal) : this;
    return await ofThisRun.#invokeBound(input, config);
  }

  async #invokeBound(input: string, config: RunnableConfig): Promise<Document<PassageMetadata>[]> {
    return await super.invoke(input, config);
  }

  override async _getRelevantDocuments(query: string): Promise<Document<PassageMetadata>[]> {
    const { retrieve, principal, limit = 10 } = this.#fields;
    const input = { queries: [query], principal, filter: this.#filter, limit, tokenBudget: null };
    const { passages } = await retrieve(input, this.#signal);
    return passages.map(toDocument);
  }
}

function toDocument(passage: ScoredPassage): Document<PassageMetadata> {
  const { id, text, documentId, version, ordinal, start, end, headingPath, page, cells, title, uri, updatedAt, score } =
    passage;
  const metadata = { documentId, version, ordinal, start, end, headingPath, page, cells, title, uri, updatedAt, score };
  return new Document({ id, pageContent: text, metadata });
}
