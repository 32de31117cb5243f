import { minilmId } from './minilm/minilm-embedder.ts';
import { readOpenAiId } from './openai-embedder-id.ts';

/**
 * US dollars for a million tokens: https://developers.openai.com/api/docs/pricing, as of May 2026, without the discount for batches that
 * come back within a day.
 */
const openAiPrices: ReadonlyMap<string, number> = new Map([
  ['text-embedding-3-small', 0.02],
  ['text-embedding-3-large', 0.13],
  ['text-embedding-ada-002', 0.1],
]);

interface PriceSettings {
  /** EMBEDDING_PRICE; null: the table above. */
  readonly embeddingPrice: number | null;
  readonly modelServer: { readonly baseUrl: string | null } | null;
}

/** What an embedder, by its id, costs for a million tokens, in US dollars: 0 for the built-in one, null where it is not known. */
export function embeddingPriceOf(embedder: string, { embeddingPrice, modelServer }: PriceSettings): number | null {
  if (embedder === minilmId) return 0;
  if (embeddingPrice !== null) return embeddingPrice;
  // Another server may have a model of the same name and another price.
  if (modelServer?.baseUrl) return null;
  return openAiPrices.get(readOpenAiId(embedder)?.model ?? '') ?? null;
}
