export interface GoldPlace {
  readonly document: string;
  readonly quote: string;
}

/** A fact that the answer needs: one place that states it, and the others that state it as well. */
export interface GoldQuote extends GoldPlace {
  readonly alternatives: readonly GoldPlace[];
}

/** A quote of an answer with the external id of the document it comes from. */
export interface CitedQuote {
  readonly document: string;
  readonly text: string;
}

/**
 * Share of the gold quotes that the answer's quotes hold, in [0, 1]; null when there is no gold quote. A gold quote is held when
 * it or one of its alternatives stands in one quote of the same document, compared by letters and digits only, so that marks and line
 * ends do not count.
 */
export function goldQuotesHeld(quotes: readonly CitedQuote[], golds: readonly GoldQuote[]): number | null {
  if (golds.length === 0) return null;
  const isHeld = (place: GoldPlace) =>
    quotes.some((quote) => quote.document === place.document && bare(quote.text).includes(bare(place.quote)));
  return golds.filter((gold) => [gold, ...gold.alternatives].some(isHeld)).length / golds.length;
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
