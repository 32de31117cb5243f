import { type Span, splitSentences } from '../../domain/sentences.ts';
import { alignQuote } from './align-quote.ts';
import type { QuoteText } from './quote-text.ts';

const ellipsis = /\s*(?:[[(]\s*(?:\.{3,4}|…)\s*[\])]|\.{3,4}|\.\s\.\s\.|…)\s*/;
const mostPieces = 4;
/** Characters that one ellipsis may leave out: about a paragraph. */
const longestGap = 600;
const mostAttempts = 20;
/** Words that turn, limit or condition what stands around them, in the languages that are met most. */
const turningWords = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[
    'not never no nor neither none nobody nothing without cannot unable hardly rarely seldom only except excepting excluding exclude\\w*',
    'unless until if when provided but while whereas although though however instead otherwise false wrong',
    'nicht kein\\w* ohne nie niemals nur außer ausgenommen wenn falls sofern aber jedoch während ne pas jamais sans seulement sauf si mais',
    'nunca sin solo sólo salvo excepto pero non mai senza tranne se ma não nem sem só exceto mas niet geen nooit alleen zonder behalve tenzij',
    'als maar nie tylko bez chyba nem ei vain inte aldrig bara utan om ikke aldri kun hvis nu doar değil sadece не нет без только кроме если но',
    'لا ليس لم لن غير إلا فقط إذا',
  ]
    .join(' ')
    .replaceAll(' ', '|')})(?![\\p{L}\\p{N}])|n['’]t(?!\\p{L})|[不没沒未无無非否勿莫别別只仅僅但除]`,
  'iu',
);
const scriptsWithWords = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Han}\P{L}]*$/u;

/**
 * Finds a quote that leaves something out, `first piece … second piece`, as spans in order; a quote without an ellipsis, or with one that
 * the source has too, is one span. Null when a piece is missing, or when an ellipsis leaves out more than 600 characters, a word that turns
 * or limits what is said, or what belongs to a number.
 */
export function alignPieces(quote: string, source: QuoteText): readonly Span[] | null {
  const whole = alignQuote(quote, source);
  if (whole) return [whole];
  const pieces = quote.split(ellipsis).filter((piece) => /[\p{L}\p{N}]/u.test(piece));
  return pieces.length < 2 || pieces.length > mostPieces ? null : alignInOrder(pieces, source, 0);
}

function alignInOrder([first, ...rest]: readonly string[], source: QuoteText, from: number): readonly Span[] | null {
  if (first === undefined) return [];
  let start = from;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const span = alignQuote(first, source, start);
    const others = span && alignInOrder(rest, source, span.end);
    if (!others) return null;
    const [next] = others;
    if (!next || mayLeaveOut(source.original, span, next)) return [span, ...others];
    start = span.start + 1;
  }
  return null;
}

/** Whole sentences may be left out; of the sentence in which a cut stands only what turns nothing. */
function mayLeaveOut(original: string, before: Span, after: Span): boolean {
  if (after.start <= before.end || after.start - before.end > longestGap) return false;
  const sentences = splitSentences(original.slice(before.start, after.end));
  const [cutAt, resumeAt] = [before.end - before.start, after.start - before.start];
  const cut = sentences.find(({ start, end }) => start < cutAt && end > cutAt);
  const resumed = sentences.find(({ start, end }) => start < resumeAt && end > resumeAt);
  const gap = original.slice(before.end, after.start);
  const left = cut ? gap.slice(0, cut.end - cutAt) : '';
  const right = resumed ? gap.slice(Math.max(0, resumed.start - cutAt)) : '';
  if (/[\p{L}\p{N}]/u.test(left) && /\d\W*$/u.test(original.slice(before.start, before.end))) return false;
  if (/[\p{L}\p{N}]/u.test(right) && /^\P{L}*\d/u.test(original.slice(after.start, after.end))) return false;
  return [left, right].every((part) => scriptsWithWords.test(part) && !turningWords.test(part));
}
