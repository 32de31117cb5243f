import { Document } from '@langchain/core/documents';
import { BaseRetriever } from '@langchain/core/retrievers';
import type { DocumentFilter } from '../domain/document.ts';
import type { Principal } from '../domain/principal.ts';
import type { Retrieve } from './retrieve.ts';

export interface FootnoteRetrieverFields {
  readonly retrieve: Retrieve;
  readonly principal: Principal;
  readonly filter?: DocumentFilter;
  /** Passages; 10 unless given. */
  readonly limit?: number;
}

/** The product's ranking as a LangChain retriever; `metadata` carries what a citation needs. */
export class FootnoteRetriever extends BaseRetriever {
  override lc_namespace = ['footnote', 'retrievers'];
  readonly #fields: FootnoteRetrieverFields;

  constructor(fields: FootnoteRetrieverFields) {
    super();
    this.#fields = fields;
  }

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    const { retrieve, principal, filter = {}, limit = 10 } = this.#fields;
    const input = { queries: [query], principal, filter, limit, tokenBudget: null };
    const { passages } = await retrieve(input, new AbortController().signal);
    return passages.map(({ id, text, ...metadata }) => new Document({ id, pageContent: text, metadata }));
  }
}
