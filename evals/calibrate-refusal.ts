import { AppError } from '../src/domain/errors.ts';
import { createRandom } from '../src/domain/random.ts';
import { type Estimate, estimateMean } from '../src/retrieve/metrics/bootstrap.ts';

/** A question with what the refusal model made of it. */
export interface JudgedQuestion {
  readonly category: string | null;
  readonly answerable: boolean;
  /** That the sources hold no answer, in [0, 1]; null when it was refused before anything could be judged. */
  readonly probability: number | null;
}

export interface RefusalCalibration {
  readonly threshold: number;
  readonly overRefusalTarget: number;
  readonly answerable: number;
  readonly unanswerable: number;
  /** Over held-out folds, each decided by the threshold of the others; null without such questions. */
  readonly heldOut: {
    readonly overRefusal: Estimate | null;
    readonly refused: Estimate | null;
    readonly thresholds: readonly [lowest: number, highest: number];
    readonly categories: Readonly<
      Record<string, { readonly overRefusal: Estimate | null; readonly refused: Estimate | null }>
    >;
  };
}

const folds = 5;

/**
 * The refusal threshold by which the share of answerable questions that are refused stays below a target in (0, 1): the conformal
 * quantile of their probabilities (Vovk 2005), so that the next question keeps to it too. The rates come from folds that the threshold did
 * not see. Throws INVALID_REQUEST when too few questions are answerable for the target.
 */
export function calibrateRefusal(
  questions: readonly JudgedQuestion[],
  overRefusalTarget: number,
  seed = 1,
): RefusalCalibration {
  const answerable = questions.filter((question) => question.answerable);
  requireEnough(answerable.length, overRefusalTarget);
  const groups = fold(questions, seed);
  const decided = groups.flatMap(({ inside, outside }) => {
    const threshold = thresholdOf(outside, overRefusalTarget);
    return inside.map((question) => ({ ...question, threshold, isRefused: isRefused(question, threshold) }));
  });
  const thresholds = decided.map(({ threshold }) => threshold);
  const categories = Map.groupBy(decided, ({ category }) => category ?? 'all');
  return {
    threshold: thresholdOf(questions, overRefusalTarget),
    overRefusalTarget,
    answerable: answerable.length,
    unanswerable: questions.length - answerable.length,
    heldOut: {
      ...ratesOf(decided),
      thresholds: [Math.min(...thresholds), Math.max(...thresholds)],
      categories: Object.fromEntries([...categories].map(([category, group]) => [category, ratesOf(group)])),
    },
  };
}

/** Throws INVALID_REQUEST when so many answerable questions are too few for the target; worth asking before they are asked. */
export function requireEnough(answerable: number, overRefusalTarget: number): void {
  const needed = Math.max(2 * folds, Math.ceil((1 / overRefusalTarget) * (folds / (folds - 1))));
  if (answerable >= needed) return;
  throw new AppError('INVALID_REQUEST', 'There are too few answerable questions for this rate of over-refusal.', {
    errors: [
      {
        field: 'queries.jsonl',
        expected: `at least ${needed} questions with "answerable": true that were judged`,
        received: String(answerable),
      },
    ],
  });
}

function ratesOf(decided: readonly { readonly answerable: boolean; readonly isRefused: boolean }[]) {
  const rate = (answerable: boolean) =>
    estimateMean(decided.filter((one) => one.answerable === answerable).map((one) => Number(one.isRefused)));
  return { overRefusal: rate(true), refused: rate(false) };
}

function thresholdOf(questions: readonly JudgedQuestion[], target: number): number {
  const probabilities = questions
    .filter(({ answerable }) => answerable)
    .map(({ probability }) => probability ?? 1)
    .sort((one, other) => one - other);
  const rank = Math.ceil((1 - target) * (probabilities.length + 1));
  return probabilities[rank - 1] ?? 1;
}

function isRefused({ probability }: JudgedQuestion, threshold: number): boolean {
  return probability === null || probability > threshold;
}

/** Each fold has its share of answerable and unanswerable questions. */
function fold(questions: readonly JudgedQuestion[], seed: number) {
  const random = createRandom(seed);
  const shuffled = questions
    .map((question) => ({ question, place: random.next() }))
    .sort(
      (one, other) => Number(one.question.answerable) - Number(other.question.answerable) || one.place - other.place,
    )
    .map(({ question }) => question);
  return Array.from({ length: folds }, (_, number) => ({
    inside: shuffled.filter((_question, index) => index % folds === number),
    outside: shuffled.filter((_question, index) => index % folds !== number),
  }));
}
