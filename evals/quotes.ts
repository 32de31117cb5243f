import { alignQuote } from '../src/chains/quotes/align-quote.ts';
import { createRandom, type Random } from '../src/domain/random.ts';
import { alterations } from './quotes/alterations.ts';
import { tryJoined, tryWronglyJoined } from './quotes/ellipses.ts';
import { surfaceChanges } from './quotes/surface-changes.ts';
import {
  draw,
  letters,
  plainWords,
  type Source,
  shortestQuote,
  type Trial,
  toSource,
  type WrongVerdict,
} from './quotes/trials.ts';

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

const maximumAttempts = 1000;
const maximumExamples = 20;
/** Of the quotes of each side that leave something out. */
const joinedShare = 0.2;

/**
 * Mutation test of the quote verifier: `count` quotes that were altered in one place, and `count` that differ from
 * the text only in ways that folding permits; a fifth of both leave something out with an ellipsis. Deterministic in `seed`. Throws RangeError when the contents are too short.
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
    const joined = random.next() < joinedShare ? tryWronglyJoined(sources, random) : null;
    if (joined) return joined;
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
  const joined = random.next() < joinedShare ? tryJoined(sources, random) : null;
  if (joined) return joined;
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

function byKind(trials: readonly Trial[]): Record<string, KindResult> {
  const groups = Object.groupBy(trials, (trial) => trial.kind);
  return Object.fromEntries(
    Object.entries(groups).map(([kind, group = []]) => [
      kind,
      { tried: group.length, wrong: group.filter((trial) => trial.isWrong).length },
    ]),
  );
}
