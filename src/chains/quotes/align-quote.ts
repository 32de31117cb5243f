import type { Span } from '../../domain/sentences.ts';
import { isCjkCharacter, joint, type QuoteText, toQuoteText } from './quote-text.ts';

const openingPunctuation = new Set('([{"\'<\u00bf\u00a1\u2026');
const closingPunctuation = new Set('.,;:!?)]}"\'>\u2026');
const cjkPunctuation = /[\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f\uff3b-\uff3d\uff5b-\uff65]/;
/** Characters that turn the word after them into its opposite; a quote may not begin right behind one. */
const cjkNegations = new Set('不没沒未无無非否勿莫别別');
/** Folding has made three full stops of an ellipsis. */
const ellipsis = '...';
const quoteEdges = new Set('"\' ');
const trailingPunctuation = new Set('.,;: ');
/** A folded text that repeats itself could give any number of candidates; real quotes need a handful. */
const maximumCandidates = 500;

/**
 * Finds a quote in a source: exact after folding (see `toQuoteText`), beginning and ending at word boundaries.
 * Surrounding quote marks and closing punctuation that the source lacks are ignored. Null when it does not stand
 * at or behind the UTF-16 offset `from`. A quote that is looked for in several sources is folded before.
 */
export function alignQuote(quote: string | QuoteText, source: QuoteText, from = 0): Span | null {
  const folded = typeof quote === 'string' ? toQuoteText(quote) : quote;
  const place = { source, at: foldedIndex(source, from) };
  const found = find(folded, { start: 0, end: folded.folded.length }, place);
  if (found) return found;
  const trimmed = trimmedRange(folded.folded);
  return trimmed && find(folded, trimmed, place);
}

/** The first folded character that begins at or behind an offset of the original. */
function foldedIndex({ starts }: QuoteText, offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The quote without surrounding quote marks and ellipses and without closing punctuation; null when nothing is trimmed. */
function trimmedRange(folded: string): Span | null {
  let [start, end] = [0, folded.length];
  for (let edge = 1; edge > 0; start += edge)
    edge = quoteEdges.has(folded.charAt(start)) ? 1 : folded.startsWith(ellipsis, start) ? ellipsis.length : 0;
  for (let edge = 1; edge > 0 && end > start; end -= edge)
    edge = quoteEdges.has(folded.charAt(end - 1))
      ? 1
      : folded.slice(start, end).endsWith(ellipsis)
        ? ellipsis.length
        : 0;
  while (end > start && trailingPunctuation.has(folded.charAt(end - 1))) end -= 1;
  return end <= start || end - start === folded.length ? null : { start, end };
}

interface Place {
  readonly source: QuoteText;
  readonly at: number;
}

function find(quote: QuoteText, range: Span, { source, at: from }: Place): Span | null {
  const wanted = quote.folded.slice(range.start, range.end);
  if (wanted === '') return null;
  let at = source.folded.indexOf(wanted, from);
  for (let candidate = 0; at >= 0 && candidate < maximumCandidates; candidate += 1) {
    const end = at + wanted.length;
    const isWhole = isBoundary(source, at, 'start') && isBoundary(source, end, 'end');
    if (isWhole && haveSameJoints(quote, range, { source, at })) return originalRange(source, at, end);
    at = source.folded.indexOf(wanted, at + 1);
  }
  return null;
}

/** Compares what folding left out inside the match: hyphens and pipes must agree where they are part of the text. */
function haveSameJoints(quote: QuoteText, range: Span, { source, at }: Place): boolean {
  for (let index = range.start + 1; index < range.end; index += 1) {
    const wanted = quote.joints[index] ?? 0;
    const found = source.joints[at + index - range.start] ?? 0;
    if (wanted !== found && !(agreeOnHyphen(wanted, found) && agreeOnPipe(wanted, found))) return false;
  }
  return true;
}

function agreeOnHyphen(wanted: number, found: number): boolean {
  if (((wanted | found) & joint.layoutHyphen) !== 0) return true;
  return (wanted & joint.hyphen) === (found & joint.hyphen);
}

function agreeOnPipe(wanted: number, found: number): boolean {
  const asks = (wanted & (joint.pipe | joint.layoutPipe)) !== 0;
  if ((found & joint.layoutPipe) !== 0) return true;
  if ((found & joint.pipe) !== 0) return asks;
  return !asks || (wanted & joint.pipe) === 0;
}

/**
 * True when a quote may begin or end before `folded[index]`: at white space, or in the punctuation around a token.
 * Signs count as part of their token, so that neither `non-` nor `$`, `>`, `%` nor the end of 3.5 can be cut off.
 */
function isBoundary(source: QuoteText, index: number, side: 'start' | 'end'): boolean {
  const { folded, joints } = source;
  if (index === 0 || index === folded.length) return true;
  const before = folded.charAt(index - 1);
  const after = folded.charAt(index);
  if (before === ' ' || after === ' ') return !splitsNumber(source, index);
  const flags = joints[index] ?? 0;
  if ((flags & joint.emDash) !== 0) return true;
  if ((flags & (joint.hyphen | joint.layoutHyphen)) !== 0) return false;
  if (cjkPunctuation.test(before) || cjkPunctuation.test(after)) return true;
  if (isCjkCharacter(before) && isCjkCharacter(after)) return side === 'end' || !cjkNegations.has(before);
  return isOutsideCore(source, index);
}

/** A narrow or no-break space between digits groups one number, as in 10 000. */
function splitsNumber(source: QuoteText, index: number): boolean {
  const gap = source.folded.charAt(index) === ' ' ? index : index - 1;
  const original = source.original.slice(source.starts[gap] ?? 0, source.ends[gap] ?? 0);
  if (!/[\u00a0\u2009\u202f]/.test(original)) return false;
  return /\d/.test(source.folded.charAt(gap - 1)) && /\d/.test(source.folded.charAt(gap + 1));
}

/** The core of a token is what remains without its opening and closing punctuation; a boundary lies outside of it. */
function isOutsideCore(source: QuoteText, index: number): boolean {
  const { folded } = source;
  let left = index - 1;
  while (left >= 0 && openingPunctuation.has(folded.charAt(left))) left -= 1;
  if (left < 0 || folded.charAt(left) === ' ' || endsToken(source, left + 1)) return true;
  let right = index;
  while (right < folded.length && closingPunctuation.has(folded.charAt(right))) right += 1;
  return right >= folded.length || folded.charAt(right) === ' ' || endsToken(source, right);
}

function endsToken(source: QuoteText, index: number): boolean {
  return ((source.joints[index] ?? 0) & joint.emDash) !== 0;
}

/** The range in the original, taking in an emphasis or code mark whose partner lies inside. */
function originalRange(source: QuoteText, from: number, to: number): Span {
  let start = source.starts[from] ?? 0;
  let end = source.ends[to - 1] ?? start;
  const { original } = source;
  for (const mark of ['**', '__', '*', '_', '`']) {
    if (countOf(mark, original, start, end) % 2 === 0) continue;
    // A negative place would count as 0 and match the mark inside.
    if (start >= mark.length && original.startsWith(mark, start - mark.length)) start -= mark.length;
    else if (original.startsWith(mark, end)) end += mark.length;
  }
  return { start, end };
}

function countOf(mark: string, text: string, start: number, end: number): number {
  let count = 0;
  const last = end - mark.length;
  for (let at = text.indexOf(mark, start); at >= 0 && at <= last; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}
