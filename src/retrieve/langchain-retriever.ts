import { Document } from '@langchain/core/documents';
import { BaseRetriever } from '@langchain/core/retrievers';
import type { Filter, FilterClause } from '../domain/filter.ts';
import type { Principal } from '../domain/principal.ts';
import { type DeclaredField, readFilter } from '../domain/read-filter.ts';
import type { Retrieve } from './retrieve.ts';

export interface FootnoteRetrieverFields {
  readonly retrieve: Retrieve;
  readonly principal: Principal;
  /** In the language of the API's filters. */
  readonly filter?: Filter;
  /** The fields that the tenant declared, for filters that name them. */
  readonly metadataFields?: readonly DeclaredField[];
  /** Passages; 10 unless given. */
  readonly limit?: number;
}

/** The product's ranking as a LangChain retriever; `metadata` carries what a citation needs. */
export class FootnoteRetriever extends BaseRetriever {
  override lc_namespace = ['footnote', 'retrievers'];
  readonly #fields: FootnoteRetrieverFields;
  readonly #filter: FilterClause | null;

  /** Throws INVALID_REQUEST for a filter that cannot be read. */
  constructor(fields: FootnoteRetrieverFields) {
    super();
    this.#fields = fields;
    this.#filter = readFilter(fields.filter ?? {}, fields.metadataFields ?? []);
  }

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    const { retrieve, principal, limit = 10 } = this.#fields;
    const input = { queries: [query], principal, filter: this.#filter, limit, tokenBudget: null };
    const { passages } = await retrieve(input, new AbortController().signal);
    return passages.map(({ id, text, ...metadata }) => new Document({ id, pageContent: text, metadata }));
  }
}
