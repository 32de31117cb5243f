import { type Span, splitSentences } from '../../domain/sentences.ts';
import { alignQuote } from './align-quote.ts';
import { type QuoteText, toQuoteText } from './quote-text.ts';

const ellipsis = /\s*(?:[[(]\s*(?:\.{3,4}|…)\s*[\])]|\.{3,4}|\.\s\.\s\.|…)\s*/;
/** Stands in every ellipsis. */
const ellipsisDots = /…|\.{3}|\.\s\.\s\./;
const mostPieces = 4;
/** Characters that one ellipsis may leave out: about a paragraph. */
const longestGap = 600;
/** Places that are tried for all pieces together: a text that repeats itself could give any number of them. */
const mostAttempts = 60;
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

/** A quote as it is compared with any number of sources. */
export interface FoldedQuote {
  readonly whole: QuoteText;
  /** What stands between its ellipses; empty without one, and with so many that nothing is quoted. */
  readonly pieces: readonly QuoteText[];
}

export function foldQuote(quote: string): FoldedQuote {
  const parts = ellipsisDots.test(quote) ? quote.split(ellipsis) : [];
  const pieces = parts.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
  const isJoined = pieces.length > 1 && pieces.length <= mostPieces;
  return { whole: toQuoteText(quote), pieces: isJoined ? pieces.map(toQuoteText) : [] };
}

/**
 * Finds a quote that leaves something out, `first piece … second piece`, as spans in order; a quote without an ellipsis, or with one that
 * the source has too, is one span. Null when a piece is missing, or when an ellipsis leaves out more than 600 characters, a word that turns
 * or limits what is said, or what belongs to a number.
 */
export function alignPieces({ whole, pieces }: FoldedQuote, source: QuoteText): readonly Span[] | null {
  const span = alignQuote(whole, source);
  if (span) return [span];
  return pieces.length === 0
    ? null
    : alignInOrder(pieces, source, {
        from: 0,
        attempts: { left: mostAttempts },
        known: new Map(),
      });
}

interface Search {
  /** UTF-16 offset at which the next piece may begin. */
  readonly from: number;
  /** Counts down through all pieces. */
  readonly attempts: { left: number };
  /** What was found of two spans: pieces that repeat come to the same place by several ways. */
  readonly known: Map<number, boolean>;
}

function alignInOrder(
  [first, ...rest]: readonly QuoteText[],
  source: QuoteText,
  { from, ...shared }: Search,
): readonly Span[] | null {
  if (first === undefined) return [];
  const { attempts, known } = shared;
  for (let start = from; attempts.left > 0; ) {
    attempts.left -= 1;
    const span = alignQuote(first, source, start);
    const others = span && alignInOrder(rest, source, { from: span.end, ...shared });
    if (!others) return null;
    const [next] = others;
    if (!next) return [span];
    // One piece has one end for each of its starts.
    const key = (rest.length * source.original.length + span.start) * source.original.length + next.start;
    const isAllowed = known.get(key) ?? mayLeaveOut(source, span, next);
    if (isAllowed) return [span, ...others];
    known.set(key, isAllowed);
    start = span.start + 1;
  }
  return null;
}

/** Whole sentences may be left out; of the sentence in which a cut stands only what turns nothing. */
function mayLeaveOut(source: QuoteText, before: Span, after: Span): boolean {
  if (after.start <= before.end || after.start - before.end > longestGap) return false;
  const { original } = source;
  const endsInNumber = /\d\W*$/u.test(original.slice(before.start, before.end));
  const beginsWithNumber = /^\P{L}*\d/u.test(original.slice(after.start, after.end));
  if (!endsInNumber && !beginsWithNumber && !mayTurn(source, before.end, after.start)) return true;
  const sentences = splitSentences(original.slice(before.start, after.end));
  const [cutAt, resumeAt] = [before.end - before.start, after.start - before.start];
  const cut = sentences.find(({ start, end }) => start < cutAt && end > cutAt);
  const resumed = sentences.find(({ start, end }) => start < resumeAt && end > resumeAt);
  const gap = original.slice(before.end, after.start);
  const left = cut ? gap.slice(0, cut.end - cutAt) : '';
  const right = resumed ? gap.slice(Math.max(0, resumed.start - cutAt)) : '';
  if (endsInNumber && /[\p{L}\p{N}]/u.test(left)) return false;
  if (beginsWithNumber && /[\p{L}\p{N}]/u.test(right)) return false;
  return [left, right].every((part) => scriptsWithWords.test(part) && !turningWords.test(part));
}

/** Where a source turns what it says, null where it has letters of scripts whose words are not known; looked for once in each. */
const turnsOfSources = new WeakMap<QuoteText, readonly Span[] | null>();

/** Whether a turning word stands between two offsets: where none does, it need not be known where sentences end. */
function mayTurn(source: QuoteText, from: number, to: number): boolean {
  let turns = turnsOfSources.get(source);
  if (turns === undefined) {
    turns = scriptsWithWords.test(source.original) ? turnsOf(source.original) : null;
    turnsOfSources.set(source, turns);
  }
  return turns === null || turns.some(({ start, end }) => start < to && end > from);
}

function turnsOf(text: string): Span[] {
  const everyTurn = new RegExp(turningWords, 'giu');
  return Array.from(text.matchAll(everyTurn), ({ 0: { length }, index }) => ({ start: index, end: index + length }));
}
