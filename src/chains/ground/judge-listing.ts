import { alignQuote } from '../quotes/align-quote.ts';
import { toQuoteText } from '../quotes/quote-text.ts';
import type { Groundedness } from './score-groundedness.ts';

/** Code is copied, never written: each line of a fenced listing must stand in one of the quotes. */
export function judgeListing(listing: string, quotes: readonly string[]): Groundedness {
  const sources = quotes.map(toQuoteText);
  const lines = listing.split('\n').slice(1, -1);
  const isCopied = lines.every(
    (line) => line.trim() === '' || sources.some((source) => alignQuote(line.trim(), source)),
  );
  return {
    score: isCopied ? 1 : 0,
    label: isCopied ? 'supported' : 'unsupported',
    reasons: isCopied ? [] : ['uncovered-words'],
    contributions: {},
  };
}
