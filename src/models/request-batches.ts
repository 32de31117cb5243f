import { estimateTokens } from '../domain/estimate-tokens.ts';

/** Texts of one request to an embedder; `tokens` is an estimate. */
export interface RequestBatch<T> {
  readonly items: readonly T[];
  readonly tokens: number;
}

/** Below the limits of every server that was met; larger requests gain nothing. */
const mostTexts = 64;
const mostTokens = 16_000;

/** Cuts a list into requests of at most 64 texts and `tokensMax` tokens (16,000); a longer text goes alone. Order is kept. */
export function toRequestBatches<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  tokensMax = mostTokens,
): RequestBatch<T>[] {
  const batches: { items: T[]; tokens: number }[] = [];
  for (const item of items) {
    const tokens = estimateTokens(textOf(item));
    const last = batches.at(-1);
    if (last && last.items.length < mostTexts && last.tokens + tokens <= Math.min(mostTokens, tokensMax)) {
      last.items.push(item);
      last.tokens += tokens;
    } else batches.push({ items: [item], tokens });
  }
  return batches;
}
