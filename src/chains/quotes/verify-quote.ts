import type { QuoteRejection } from '../../domain/answer.ts';
import type { Span } from '../../domain/sentences.ts';
import { alignPieces, foldQuote } from './align-pieces.ts';
import { isCjkCharacter, type QuoteText } from './quote-text.ts';

/** What a model or the extractive answerer says it quotes. */
export interface QuoteClaim {
  readonly text: string;
  /** Index of the passage it claims to quote; null when it names none. */
  readonly passage: number | null;
}

/** A quote that was verified: UTF-16 offsets into the text of `passages[passage]`. */
export interface PassageQuote extends Span {
  readonly passage: number;
}

/** What a claim quotes: one stretch of one passage, or several in order where it leaves something out. */
export type QuoteVerdict =
  | { readonly verified: true; readonly quotes: readonly PassageQuote[] }
  | { readonly verified: false; readonly reason: QuoteRejection };

const word = /[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*/gu;
const minimumWords = 3;
const minimumCharacters = 12;
/** Ideographs say more each; six of them make a clause. */
const minimumCjkCharacters = 6;
/** Share of a claim's word pairs that must stand in one passage for it to be called altered rather than invented. */
const alteredShare = 0.5;
/** Nobody quotes more than a few paragraphs at once. */
const maximumCharacters = 8000;

/**
 * Checks a claim against the retrieved passages. A claim whose words stand in another passage than the one it names
 * is credited there if exactly one holds it; with several it stays open which one was meant, and it is `wrong-passage`.
 * Shorter than three words or twelve characters is `too-short`, unless it is a whole line, table cell or code span.
 * Of a claim with an ellipsis each piece must be long enough. A claim that shares half of its word pairs with a passage is `altered`,
 * any other `not-found`.
 */
export function verifyQuote(claim: QuoteClaim, passages: readonly QuoteText[]): QuoteVerdict {
  if (claim.text.length > maximumCharacters) return { verified: false, reason: 'not-found' };
  const quote = foldQuote(claim.text);
  const named = claim.passage === null ? undefined : passages[claim.passage];
  if (named && claim.passage !== null) {
    const spans = alignPieces(quote, named);
    if (spans) return accept(claim.passage, named, spans);
  }
  // A second one leaves it open which was meant: nothing more is looked for.
  const found = passages.entries().flatMap(([passage, source]) => {
    const spans = source === named ? null : alignPieces(quote, source);
    return spans ? [{ passage, source, spans }] : [];
  });
  const [only, another] = found.take(2);
  if (only && !another) return accept(only.passage, only.source, only.spans);
  if (only) return { verified: false, reason: 'wrong-passage' };
  const pairs = wordPairs(quote.whole.folded);
  const isAltered = passages.some((source) => sharedWordPairs(pairs, source) >= alteredShare);
  return { verified: false, reason: isAltered ? 'altered' : 'not-found' };
}

function accept(passage: number, { original }: QuoteText, spans: readonly Span[]): QuoteVerdict {
  const areLong = spans.every(
    (span) => !isTooShort(original.slice(span.start, span.end)) || isWholeUnit(original, span),
  );
  if (!areLong) return { verified: false, reason: 'too-short' };
  return { verified: true, quotes: spans.map((span) => ({ passage, ...span })) };
}

function isTooShort(text: string): boolean {
  const characters = text.replace(/\s+/g, ' ').trim();
  if (characters.length >= minimumCharacters && hasWords(characters, minimumWords)) return false;
  return [...characters].filter(isCjkCharacter).length < minimumCjkCharacters;
}

/** True when nothing else stands in the same line, table cell or code span. */
function isWholeUnit(original: string, { start, end }: Span): boolean {
  const before = /(?:^|[\n|`])[ \t>*_#+-]*$/.test(original.slice(Math.max(0, start - 40), start));
  const after = /^[ \t*_.,;:]*(?:$|[\n|`])/.test(original.slice(end, end + 40));
  return (before || start === 0) && after;
}

/** Pairs of a source are made once, for several claims are compared with it. */
const pairsOfSources = new WeakMap<QuoteText, ReadonlySet<string>>();

function sharedWordPairs(claim: readonly string[], source: QuoteText): number {
  if (claim.length === 0) return 0;
  let known = pairsOfSources.get(source);
  if (!known) {
    known = new Set(wordPairs(source.folded));
    pairsOfSources.set(source, known);
  }
  return claim.filter((pair) => known.has(pair)).length / claim.length;
}

function wordPairs(folded: string): string[] {
  const all = words(folded.toLowerCase());
  return all.slice(1).map((word, index) => `${all[index]} ${word}`);
}

function words(text: string): string[] {
  return text.match(word) ?? [];
}

/** Whether a text has at least so many words; it is read no further than to the last of them. */
function hasWords(text: string, count: number): boolean {
  return text.matchAll(word).take(count).toArray().length === count;
}
