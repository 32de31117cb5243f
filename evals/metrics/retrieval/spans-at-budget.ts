import { alignQuote } from '../../../src/chains/quotes/align-quote.ts';
import { type QuoteText, toQuoteText } from '../../../src/chains/quotes/quote-text.ts';
import { estimateTokens } from '../../../src/domain/estimate-tokens.ts';
import type { RecordedPassage } from '../../answer-record.ts';
import type { EvalCase } from '../../case.ts';
import type { Answered, Score } from '../../metric.ts';
import { na } from '../score.ts';
import { commonLength, mergeSpans, spanLength, type TextSpan } from '../span-recall.ts';
import { unjudgedRetrieval } from './ranked-documents.ts';

/** Characters, each counted once. */
export interface SpanCounts {
  readonly gold: number;
  readonly retrieved: number;
  readonly common: number;
}

type Place = Pick<EvalCase['gold_quotes'][number], 'doc' | 'quote' | 'start'>;

/**
 * Characters of the gold quotes, of the passages that fit into a budget of tokens, and of both. Passages are taken best first; the one that goes over
 * the budget is cut, so that long and short passages can be compared. Tokens are estimated from the text. Of a quote with alternatives the place
 * that is held best counts.
 */
export function countSpans(tokens: number, answered: Answered, toScore: (counts: SpanCounts) => Score): Score {
  const unjudged = unjudgedRetrieval(answered);
  if (unjudged) return unjudged;
  const golds = answered.case.gold_quotes;
  if (golds.length === 0) return na('the case has no gold quote');
  const passages = answered.answer.retrieved;
  if (passages.length > 0 && passages.every(({ text }) => text === null))
    return na('the target does not give the text of passages');
  const taken = takePassages(passages, tokens);
  const held = mergeSpans(taken.map(({ span }) => span));
  const chosen = golds.map((gold) => bestPlace([gold, ...gold.alternatives], taken, held));
  const spans = mergeSpans(chosen.flatMap(({ span }) => span ?? []));
  const unplaced = chosen.reduce((sum, { span, length }) => sum + (span ? 0 : length), 0);
  return toScore({
    gold: spanLength(spans) + unplaced,
    retrieved: spanLength(held),
    common: commonLength(spans, held),
  });
}

interface Taken {
  readonly span: TextSpan;
  readonly document: string;
  readonly passage: RecordedPassage;
}

function takePassages(passages: readonly RecordedPassage[], tokens: number): Taken[] {
  let left = tokens;
  return passages.flatMap((passage, rank): Taken[] => {
    const { text, start } = passage;
    if (text === null || left <= 0) return [];
    const size = estimateTokens(text);
    const length = size <= left ? text.length : Math.floor((text.length * left) / size);
    left -= size;
    // Without a place in its document a passage is a document of its own.
    const document = start === null ? `${passage.document}\0${rank}` : passage.document;
    const from = start ?? 0;
    const span = { document, start: from, end: from + length };
    return [{ span, document: passage.document, passage }];
  });
}

interface ChosenPlace {
  /** Null where nothing says where the quote stands. */
  readonly span: TextSpan | null;
  readonly length: number;
}

function bestPlace(places: readonly Place[], taken: readonly Taken[], held: readonly TextSpan[]): ChosenPlace {
  const options = places.map((place) => {
    const span = spanOf(place, taken);
    const share = span ? commonLength([span], held) / Math.max(1, span.end - span.start) : 0;
    return { share, span, length: place.quote.length };
  });
  return options.reduce((best, other) => (other.share > best.share ? other : best));
}

function spanOf({ doc, quote, start }: Place, taken: readonly Taken[]): TextSpan | null {
  const own = taken.filter(({ document }) => document === doc);
  if (start !== undefined && own.every(({ passage }) => passage.start !== null))
    return { document: doc, start, end: start + quote.length };
  for (const { span, passage } of own) {
    const found = locate(quote, passage);
    if (found) return { document: span.document, start: span.start + found.start, end: span.start + found.end };
  }
  return null;
}

function locate(quote: string, passage: RecordedPassage): { readonly start: number; readonly end: number } | null {
  const text = passage.text ?? '';
  const start = text.indexOf(quote);
  return start >= 0 ? { start, end: start + quote.length } : alignQuote(quote, foldedOf(passage));
}

/** Several budgets look at the same passages. */
const folded = new WeakMap<RecordedPassage, QuoteText>();

function foldedOf(passage: RecordedPassage): QuoteText {
  const known = folded.get(passage) ?? toQuoteText(passage.text ?? '');
  folded.set(passage, known);
  return known;
}
