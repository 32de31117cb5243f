import { createTermWeights, type LookUpFrequencies } from '../src/chains/evidence/term-weights.ts';
import { splitPieces } from '../src/chains/ground/read-evidence.ts';
import { type AnswerGroundedness, scoreAnswer } from '../src/chains/ground/score-answer.ts';
import { groundednessVersion, withheldBelow } from '../src/chains/ground/score-groundedness.ts';
import { newId } from '../src/domain/ids.ts';
import { analyze } from '../src/models/sparse/analyze.ts';
import { termId } from '../src/models/sparse/murmur3.ts';
import { estimateInterval } from '../src/retrieve/metrics/bootstrap.ts';
import { auroc } from './metrics/auroc.ts';
import { auprc, f1, type ScoredCase } from './metrics/detection.ts';
import type { GroundednessCase } from './readers/groundedness.ts';

type Interval = readonly [number, number] | null;

export interface GroundednessReport {
  /** Of the formula. */
  readonly version: string;
  readonly answers: number;
  readonly unsupported: number;
  /** Of "not supported". */
  readonly auroc: number | null;
  readonly auprc: number | null;
  /** At the score below which strict mode withholds. */
  readonly f1: number | null;
  readonly threshold: number;
  readonly intervals: Readonly<Record<'auroc' | 'auprc' | 'f1', Interval>>;
  /** AUROC of the number of words alone: what a score could gain by length. */
  readonly lengthAuroc: number | null;
  /** By quarters of the answers, from the shortest to the longest. */
  readonly byLength: Readonly<Record<string, number | null>>;
  readonly msPerAnswer: number;
  readonly cases: readonly ScoredAnswer[];
}

interface ScoredAnswer {
  readonly id: string;
  readonly isUnsupported: boolean;
  readonly words: number;
  readonly score: number;
  /** Of the sentence with the lowest score, to read. */
  readonly weakest: { readonly text: string; readonly contributions: Readonly<Record<string, number>> } | null;
}

interface GroundednessOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Scores each answer against its context as the server scores sentences against quotes, and compares that with the labels. */
export async function evaluateGroundedness(
  cases: readonly GroundednessCase[],
  { signal, onProgress }: GroundednessOptions,
): Promise<GroundednessReport> {
  const lookUp = countTerms(cases);
  const scored: ScoredAnswer[] = [];
  let milliseconds = 0;
  for (const { id, isUnsupported, question, response, context } of cases) {
    signal.throwIfAborted();
    const started = performance.now();
    const { score, sentences } = await scoreAgainst(lookUp, { question, response, context });
    milliseconds += performance.now() - started;
    const weakest = sentences.toSorted((one, other) => one.score - other.score)[0] ?? null;
    const words = response.split(/\s+/).length;
    scored.push({ id, isUnsupported, words, score, weakest });
    onProgress(scored.length, cases.length);
    if (scored.length % answersAtOnce === 0) await new Promise(setImmediate);
  }
  return { ...summarize(scored), msPerAnswer: milliseconds / Math.max(1, scored.length), cases: scored };
}

/** Scores an answer by the words of its context, as the server scores sentences against quotes. */
export async function scoreAgainst(
  lookUp: LookUpFrequencies,
  { question, response, context }: Pick<GroundednessCase, 'question' | 'response' | 'context'>,
): Promise<AnswerGroundedness> {
  const weights = createTermWeights({ lookUp, tenant: newId('tenant'), sample: context.join('\n').slice(0, 2000) });
  return await scoreAnswer({ question, response, context, weights });
}

/** So many are scored before a signal is heard. */
const answersAtOnce = 50;

const toCase = ({ score, isUnsupported }: Pick<ScoredAnswer, 'score' | 'isUnsupported'>): ScoredCase => ({
  score: 1 - score,
  positive: isUnsupported,
});

function summarize(scored: readonly ScoredAnswer[]): Omit<GroundednessReport, 'msPerAnswer' | 'cases'> {
  const judged = scored.map(toCase);
  const flagged = (sample: readonly ScoredCase[]) => f1(sample, 1 - withheldBelow);
  return {
    version: groundednessVersion,
    answers: scored.length,
    unsupported: scored.filter(({ isUnsupported }) => isUnsupported).length,
    auroc: auroc(judged),
    auprc: auprc(judged),
    f1: flagged(judged),
    threshold: withheldBelow,
    intervals: {
      auroc: estimateInterval(judged, auroc),
      auprc: estimateInterval(judged, auprc),
      f1: estimateInterval(judged, flagged),
    },
    lengthAuroc: auroc(scored.map(({ words, isUnsupported }) => ({ score: words, positive: isUnsupported }))),
    byLength: aurocByLength(scored),
  };
}

/** AUROC within quarters of equal size by the number of words; the names say how many words. */
export function aurocByLength(
  scored: readonly Pick<ScoredAnswer, 'words' | 'score' | 'isUnsupported'>[],
): Record<string, number | null> {
  const ordered = scored.toSorted((one, other) => one.words - other.words);
  const bound = (quarter: number) => Math.round((quarter * ordered.length) / 4);
  return Object.fromEntries(
    [0, 1, 2, 3].flatMap((quarter) => {
      const part = ordered.slice(bound(quarter), bound(quarter + 1));
      if (part.length === 0) return [];
      return [[`q${quarter + 1}: ${part[0]?.words} to ${part.at(-1)?.words} words`, auroc(part.map(toCase))]];
    }),
  );
}

/** Inverse document frequencies over the sentences of the file's contexts, each counted once, by the formula of the index. */
export function countTerms(cases: readonly Pick<GroundednessCase, 'context'>[]): LookUpFrequencies {
  const sentences = new Set(cases.flatMap(({ context }) => context.flatMap(splitPieces)));
  const having = new Map<number, number>();
  for (const text of sentences)
    for (const id of new Set(analyze(text).map((term) => termId(term.text)))) having.set(id, (having.get(id) ?? 0) + 1);
  return async (_tenant, terms) =>
    Float32Array.from(terms, (term) => {
      const count = having.get(term) ?? 0;
      return Math.log(1 + (sentences.size - count + 0.5) / (count + 0.5));
    });
}
