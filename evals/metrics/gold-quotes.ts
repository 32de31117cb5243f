export interface GoldQuote {
  readonly document: string;
  readonly quote: string;
}

/** A quote of an answer with the external id of the document it comes from. */
export interface CitedQuote {
  readonly document: string;
  readonly text: string;
}

/**
 * Share of the gold quotes that the answer's quotes hold, in [0, 1]; null when there is no gold quote. A gold quote is held when
 * it stands in one quote of the same document, compared by letters and digits only, so that marks and line ends do not count.
 */
export function goldQuotesHeld(quotes: readonly CitedQuote[], golds: readonly GoldQuote[]): number | null {
  if (golds.length === 0) return null;
  const held = golds.filter((gold) =>
    quotes.some((quote) => quote.document === gold.document && bare(quote.text).includes(bare(gold.quote))),
  );
  return held.length / golds.length;
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
