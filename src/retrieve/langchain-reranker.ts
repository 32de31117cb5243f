import { Document, type DocumentInterface } from '@langchain/core/documents';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { z } from 'zod';
import type { CountTokens } from '../models/embedder.ts';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import type { Reranker } from '../models/reranker.ts';
import { rerankText } from './rerank-text.ts';

export interface FootnoteRerankerFields {
  readonly reranker: Pick<Reranker, 'rerank'>;
  /** Documents that are left; all unless given. */
  readonly topN?: number;
  /** Bounds what is sent of a document. */
  readonly countTokens?: CountTokens;
}

/** What `FootnoteRetriever` says of a document; other retrievers' documents are read without. */
const Names = z.object({ title: z.string().catch(''), headingPath: z.array(z.string()).catch([]) });

/**
 * A reranker as a LangChain document compressor: the most relevant first, each a copy with `metadata.relevanceScore` in [0, 1]. Documents
 * that the server left out come last, without it. Throws what the reranker throws: the chain decides what happens then.
 */
export class FootnoteReranker extends BaseDocumentCompressor {
  readonly #fields: Required<FootnoteRerankerFields>;
  readonly #signal: AbortSignal;

  constructor(fields: FootnoteRerankerFields, signal = new AbortController().signal) {
    super();
    this.#fields = { topN: Number.POSITIVE_INFINITY, countTokens: createTokenCounter(), ...fields };
    this.#signal = signal;
  }

  /** For one run: LangChain's contract of a compressor has no room for a signal. */
  withSignal(signal: AbortSignal | undefined): FootnoteReranker {
    return signal ? new FootnoteReranker(this.#fields, signal) : this;
  }

  override async compressDocuments(documents: DocumentInterface[], query: string): Promise<Document[]> {
    const { reranker, topN, countTokens } = this.#fields;
    const texts = documents.map(({ pageContent, metadata }) =>
      rerankText({ ...Names.parse(metadata), text: pageContent }, countTokens),
    );
    const relevance = await reranker.rerank({ query, texts }, this.#signal);
    return documents
      .map((document, index) => ({ document, score: relevance[index] ?? null }))
      .sort((one, other) => (other.score ?? -1) - (one.score ?? -1))
      .slice(0, topN)
      .map(({ document, score }) => toRanked(document, score));
  }
}

function toRanked({ id, pageContent, metadata }: DocumentInterface, score: number | null): Document {
  return new Document({
    ...(id === undefined ? {} : { id }),
    pageContent,
    metadata: score === null ? { ...metadata } : { ...metadata, relevanceScore: score },
  });
}
