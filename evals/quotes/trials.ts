import { type QuoteText, toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import type { Random } from '../../src/domain/random.ts';

export interface WrongVerdict {
  readonly kind: string;
  readonly quote: string;
  readonly original: string;
}

export interface Source {
  readonly text: QuoteText;
  readonly words: readonly { readonly start: number; readonly end: number }[];
  readonly plain: string;
}

export interface Trial extends WrongVerdict {
  readonly isWrong: boolean;
}

/** Words of a quote. */
export const shortestQuote = 4;
const longestQuote = 40;

/** A stretch of whole words out of one text. */
export function draw(sources: readonly Source[], random: Random): { original: string; source: Source } {
  const source = random.pick(sources);
  const length = random.integer(shortestQuote, Math.min(longestQuote, source.words.length));
  const first = random.integer(0, source.words.length - length);
  return {
    original: source.text.original.slice(source.words[first]?.start, source.words[first + length - 1]?.end),
    source,
  };
}

export function toSource(content: string): Source {
  return { text: toQuoteText(content), words: wordSpans(content), plain: plainWords(content) };
}

/** Stretches between white space, without the punctuation around them; marks inside, as in links, are left out. */
function wordSpans(text: string): { start: number; end: number }[] {
  return [
    ...text.matchAll(
      /(?<=(?:^|\s)["'“‘(]?)(?<!\p{L}-\s*)\p{L}[\p{L}\p{N}]*(?:[-'’.,/:@_]?[\p{L}\p{N}]+)*(?=[)"'”’.,;:!?]*(?:\s|$))|(?<=^|\s)[$€£]?\d[\d.,:]*\d?%?(?=[.,;:!?]?(?:\s|$))/gu,
    ),
  ].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/**
 * The words of a text without layout, made without the verifier: tells whether an altered quote is one at all,
 * or stands elsewhere in the text as it is.
 */
export function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/(\p{L})-[ \t]*\r?\n[ \t]*(?=\p{Ll})/gu, '$1')
    .split(/[\s|]+/)
    .map((word) => word.replace(/^[.,;:!?()"'“”‘’…*_`#>[\]\\-]+|[.,;:!?()"'“”‘’…*_`#>[\]\\-]+$/g, ''))
    .filter((word) => word !== '')
    .join(' ');
}

export function letters(text: string): string {
  return text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');
}
