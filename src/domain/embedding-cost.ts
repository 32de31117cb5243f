/** US dollars for so many tokens at a price for a million; null where the price is not known. */
export function embeddingCost(tokens: number, pricePerMillion: number | null): number | null {
  return pricePerMillion === null ? null : (tokens / 1_000_000) * pricePerMillion;
}
