import { alignQuote } from '../src/chains/quotes/align-quote.ts';
import { type QuoteText, toQuoteText } from '../src/chains/quotes/quote-text.ts';
import { createRandom, type Random } from '../src/domain/random.ts';
import { alterations } from './quotes/alterations.ts';
import { surfaceChanges } from './quotes/surface-changes.ts';

export interface QuoteEvaluationInput {
  /** Parsed texts of documents, as quotes point into them. */
  readonly contents: readonly string[];
  /** Quotes of each side. */
  readonly count: number;
  readonly seed: number;
}

export interface KindResult {
  readonly tried: number;
  readonly wrong: number;
}

export interface QuoteEvaluation {
  readonly altered: number;
  /** Altered quotes that the verifier found in the text: must be 0. */
  readonly letThrough: number;
  readonly exact: number;
  /** Exact quotes with permitted surface changes that the verifier did not find: must be 0. */
  readonly falselyRejected: number;
  /** Altered quotes that happen to stand elsewhere in the text word for word; another one is drawn instead. */
  readonly coincidences: number;
  readonly alteredKinds: Readonly<Record<string, KindResult>>;
  readonly exactKinds: Readonly<Record<string, KindResult>>;
  /** Up to 20 wrong verdicts, to read. */
  readonly examples: readonly WrongVerdict[];
}

interface WrongVerdict {
  readonly kind: string;
  readonly quote: string;
  readonly original: string;
}

interface Source {
  readonly text: QuoteText;
  readonly words: readonly { readonly start: number; readonly end: number }[];
  readonly plain: string;
}

interface Trial extends WrongVerdict {
  readonly isWrong: boolean;
}

const shortestQuote = 4;
const longestQuote = 40;
const maximumAttempts = 1000;
const maximumExamples = 20;

/**
 * Mutation test of the quote verifier: `count` quotes that were altered in one place, and `count` that differ from
 * the text only in ways that folding permits. Deterministic in `seed`. Throws RangeError when the contents are too short.
 */
export function evaluateQuotes({ contents, count, seed }: QuoteEvaluationInput): QuoteEvaluation {
  const random = createRandom(seed);
  const sources = contents.map(toSource).filter((source) => source.words.length >= 2 * shortestQuote);
  let coincidences = 0;
  const onCoincidence = () => {
    coincidences += 1;
  };
  const altered = Array.from({ length: count }, () => tryAltered(sources, random, onCoincidence));
  const exact = Array.from({ length: count }, () => tryExact(sources, random));
  return {
    altered: count,
    letThrough: altered.filter((trial) => trial.isWrong).length,
    exact: count,
    falselyRejected: exact.filter((trial) => trial.isWrong).length,
    coincidences,
    alteredKinds: byKind(altered),
    exactKinds: byKind(exact),
    examples: [...altered, ...exact]
      .filter((trial) => trial.isWrong)
      .slice(0, maximumExamples)
      .map(({ kind, quote, original }) => ({ kind, quote, original })),
  };
}

function tryAltered(sources: readonly Source[], random: Random, onCoincidence: () => void): Trial {
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    // The kind is drawn before the place, so that rare kinds are not crowded out by those that fit anywhere.
    const kind = random.pick(alterations);
    for (let place = 0; place < 50; place += 1) {
      const { original, source } = draw(sources, random);
      const quote = kind.alter(original, random);
      if (quote === null || plainWords(quote) === plainWords(original)) continue;
      if (!` ${source.plain} `.includes(` ${plainWords(quote)} `))
        return { kind: kind.name, quote, original, isWrong: alignQuote(quote, source.text) !== null };
      onCoincidence();
    }
  }
  throw new RangeError('The contents hold no text that could be altered.');
}

function tryExact(sources: readonly Source[], random: Random): Trial {
  const { original, source } = draw(sources, random);
  const applicable = surfaceChanges.flatMap((kind) => {
    const quote = kind.change(original, random);
    return quote === null ? [] : [{ kind: kind.name, quote }];
  });
  const { kind, quote } = random.pick(applicable);
  const range = alignQuote(quote, source.text);
  const isFound = range !== null && letters(source.text.original.slice(range.start, range.end)) === letters(original);
  return { kind, quote, original, isWrong: !isFound };
}

/** A stretch of whole words out of one text. */
function draw(sources: readonly Source[], random: Random): { original: string; source: Source } {
  const source = random.pick(sources);
  const length = random.integer(shortestQuote, Math.min(longestQuote, source.words.length));
  const first = random.integer(0, source.words.length - length);
  return {
    original: source.text.original.slice(source.words[first]?.start, source.words[first + length - 1]?.end),
    source,
  };
}

function toSource(content: string): Source {
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
function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/(\p{L})-[ \t]*\r?\n[ \t]*(?=\p{Ll})/gu, '$1')
    .split(/[\s|]+/)
    .map((word) => word.replace(/^[.,;:!?()"'“”‘’…*_`#>[\]\\-]+|[.,;:!?()"'“”‘’…*_`#>[\]\\-]+$/g, ''))
    .filter((word) => word !== '')
    .join(' ');
}

function letters(text: string): string {
  return text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');
}

function byKind(trials: readonly Trial[]): Record<string, KindResult> {
  const groups = Object.groupBy(trials, (trial) => trial.kind);
  return Object.fromEntries(
    Object.entries(groups).map(([kind, group = []]) => [
      kind,
      { tried: group.length, wrong: group.filter((trial) => trial.isWrong).length },
    ]),
  );
}
