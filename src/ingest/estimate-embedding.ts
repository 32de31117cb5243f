import { embeddingCost } from '../domain/embedding-cost.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore } from '../store/documents.ts';

/** A text to embed by its hash, with the tokens that it and its windows have. */
export interface HashedText {
  readonly hash: string;
  readonly tokens: number;
}

/** What embedding would take. */
export interface EmbeddingEstimate {
  /** Texts that have no vector yet. */
  readonly passages: number;
  /** Of these, an estimate. */
  readonly tokens: number;
  /** US dollars; null where the price is not known. */
  readonly cost: number | null;
  readonly embedder: string;
}

/** What embedding these texts, each once, would take in the tenant as it is. */
export type EstimateEmbedding = (tenant: TenantId, texts: readonly HashedText[]) => Promise<EmbeddingEstimate>;

interface EstimateDeps {
  readonly embeddings: Pick<EmbeddingStore, 'missing'>;
  readonly embedder: Pick<Embedder, 'id'>;
  /** US dollars for a million tokens of an embedder; null where it is not known. */
  readonly priceOf: (embedder: string) => number | null;
}

export function createEstimateEmbedding({ embeddings, embedder, priceOf }: EstimateDeps): EstimateEmbedding {
  return async (tenant, texts) => {
    const { id } = embedder;
    const tokensOf = new Map(texts.map(({ hash, tokens }) => [hash, tokens]));
    const missing = await embeddings.missing(id, tenant, [...tokensOf.keys()]);
    const tokens = missing.reduce((sum, hash) => sum + (tokensOf.get(hash) ?? 0), 0);
    return { passages: missing.length, tokens, cost: embeddingCost(tokens, priceOf(id)), embedder: id };
  };
}
