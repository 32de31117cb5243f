import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PassageId } from '../../../domain/ids.ts';
import { estimateMean } from '../../metrics/bootstrap.ts';
import { ndcgAt } from '../../metrics/ranking.ts';
import { type FitRow, fitWeights } from '../fit/fit-weights.ts';
import type { Features } from '../passage-features.ts';
import { namesOfSide, type RankerSide, type RankerWeights, scoreFeatures } from '../ranker.ts';
import { hasRelevant, type JudgedQuestion } from './judgements.ts';

export interface ReadCandidate {
  readonly id: PassageId;
  readonly features: Features;
  readonly within: Features;
  readonly side: RankerSide;
}

/** A judged question with the features of its best passages. */
export interface ReadQuestion extends JudgedQuestion {
  readonly candidates: readonly ReadCandidate[];
}

export type SideWeights = Readonly<Record<RankerSide, RankerWeights>>;

/** What the judged questions say of the fitted weights beside the shipped ones, each question by weights that were fitted without it. */
export interface GateFigures {
  readonly questions: number;
  readonly before: number;
  readonly after: number;
  readonly gain: { readonly mean: number; readonly lower: number; readonly upper: number };
}

/** With as many questions, the pull of the shipped weights is as strong as a penalty of 1 on the mean loss. */
const pull = 2;
const folds = 5;
const measuredAt = 10;
export const fewestQuestions = 30;
/** The lower end of the interval may lie this far below nothing gained. */
const mostLost = 0.01;

/**
 * Weights of each side from the passages that it ranks, pulled towards the shipped ones by a ridge penalty on the distance from them that
 * falls with the number of questions. A side without passages keeps the shipped ones, as nothing could judge others.
 */
export function fitOwn(questions: readonly ReadQuestion[], shipped: SideWeights): SideWeights {
  return { hybrid: fitSide('hybrid', questions, shipped), lexical: fitSide('lexical', questions, shipped) };
}

function fitSide(side: RankerSide, questions: readonly ReadQuestion[], shipped: SideWeights): RankerWeights {
  const byQuestion = questions.map((question) => rowsOf(side, question)).filter((rows) => rows.length > 0);
  if (byQuestion.length === 0) return shipped[side];
  return fitWeights(namesOfSide(side), byQuestion.flat(), {
    penalty: pull / byQuestion.length,
    towards: shipped[side],
  });
}

/** What nobody judged counts as not relevant, as in the shipped fit, but only beside something that is. */
function rowsOf(side: RankerSide, { candidates, grades }: ReadQuestion): FitRow[] {
  const isAnswered = hasRelevant({ grades });
  return candidates.flatMap(({ id, features, within, side: its }): FitRow[] => {
    const grade = grades.get(id);
    if (its !== side || (grade === undefined && !isAnswered)) return [];
    return [{ features, within, label: grade ?? 0, weight: 1 / candidates.length }];
  });
}

/**
 * nDCG@10 of each question by the shipped weights and by weights fitted on the other four fifths of the questions; the folds depend on
 * nothing but the questions' order. Throws when the signal is aborted; null without a question that has a relevant passage.
 */
export async function judgeOwn(
  questions: readonly ReadQuestion[],
  shipped: SideWeights,
  signal: AbortSignal,
): Promise<GateFigures | null> {
  const before: number[] = [];
  const after: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const isHeldOut = (_question: ReadQuestion, index: number) => index % folds === fold;
    const fitted = fitOwn(
      questions.filter((question, index) => !isHeldOut(question, index)),
      shipped,
    );
    for (const question of questions.filter(isHeldOut)) {
      const [one, other] = [ndcgOf(question, shipped), ndcgOf(question, fitted)];
      if (one === null || other === null) continue;
      before.push(one);
      after.push(other);
    }
    // Other requests are served between the fits.
    await nextTurn();
    signal.throwIfAborted();
  }
  const gains = after.map((value, index) => value - (before[index] ?? 0));
  const gain = estimateMean(gains);
  if (!gain) return null;
  const { mean, lower, upper, count } = gain;
  return { questions: count, before: meanOf(before), after: meanOf(after), gain: { mean, lower, upper } };
}

/** What keeps the weights out of use; nothing when they pass. */
export function reasonsAgainst({ questions, gain }: GateFigures): string[] {
  const shown = (value: number) => value.toFixed(4).replace('-', '−');
  return [
    ...(questions < fewestQuestions ? [`${questions} judged questions; ${fewestQuestions} are needed.`] : []),
    ...(gain.mean > 0 ? [] : [`The mean gain in nDCG@10 is ${shown(gain.mean)}; it must be above 0.`]),
    ...(gain.lower >= -mostLost
      ? []
      : [`The lower end of its 95 % interval is ${shown(gain.lower)}; it must be at least ${shown(-mostLost)}.`]),
  ];
}

function ndcgOf({ candidates, grades }: ReadQuestion, weights: SideWeights): number | null {
  const scored = candidates.map(({ id, features, within, side }) => ({
    id,
    score: scoreFeatures(weights[side], features, within).score,
  }));
  scored.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  const ranked = scored.map(({ id }) => id);
  return ndcgAt(measuredAt, ranked, grades);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
