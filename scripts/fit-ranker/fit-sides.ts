import { auroc } from '../../evals/metrics/auroc.ts';
import { ndcgAt } from '../../src/retrieve/metrics/ranking.ts';
import { type FitRow, fitWeights, rounded, toTable } from '../../src/retrieve/rank/fit/fit-weights.ts';
import { fitLogistic } from '../../src/retrieve/rank/fit/logistic.ts';
import { type FeatureName, featureNames } from '../../src/retrieve/rank/passage-features.ts';
import { namesOfSide, type RankerSide, type RankerWeights, scoreFeatures } from '../../src/retrieve/rank/ranker.ts';
import {
  hybridRelevanceFeatures,
  judgeRelevance,
  lexicalRelevanceFeatures,
  type RelevanceFeatures,
  type RelevanceWeights,
  relevanceFeaturesOf,
} from '../../src/retrieve/rank/relevance.ts';
import type { AskedQuestion, RankedSet } from './read-set.ts';

/** Chosen by the mean of the sets left out; from a third to three times of it the mean moves by less than .001. */
const penalties: Readonly<Record<RankerSide, number>> = { hybrid: 0.05, lexical: 0.02, foreign: 0.005 };
const relevancePenalty = 0.01;

/** Fits the weights of a side; every set counts the same, within it every answered question, within it every passage. */
export function fitRanker(side: RankerSide, sets: readonly RankedSet[]): RankerWeights {
  const rows = sets.flatMap(({ questions }) => {
    const answered = questions.filter(({ kind }) => kind === 'answered');
    return answered.flatMap((question) =>
      question.features.map(
        (features, index): FitRow => ({
          features,
          within: question.within[index] ?? features,
          label: (question.grades.get(question.records[index] ?? '') ?? 0) > 0 ? 1 : 0,
          weight: 1 / answered.length / question.features.length,
        }),
      ),
    );
  });
  return fitWeights(namesOfSide(side), rows, { penalty: penalties[side] });
}

/** Scores of a question's passages, in fused order. */
export function scoresOf(weights: RankerWeights, { features, within }: AskedQuestion): number[] {
  return features.map((value, index) => scoreFeatures(weights, value, within[index] ?? value).score);
}

/** nDCG@10 by question: words alone, fused, ranked with these weights. */
export function judgeSet(weights: RankerWeights, { questions }: RankedSet) {
  const judged = questions.filter(({ kind }) => kind === 'answered');
  const mean = (orderOf: (question: AskedQuestion) => readonly string[]) => {
    const values = judged.flatMap((question) => ndcgAt(10, orderOf(question), question.grades) ?? []);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const ranked = (question: AskedQuestion) => {
    const scores = scoresOf(weights, question);
    const order = [...scores.keys()].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
    const head = order.map((index) => question.records[index] ?? '');
    return [...head, ...question.fused.slice(question.records.length)];
  };
  return {
    questions: judged.length,
    bm25: mean(({ bm25 }) => bm25),
    fused: mean(({ fused }) => fused),
    ranked: mean(ranked),
  };
}

function relevanceOf(weights: RankerWeights, question: AskedQuestion): RelevanceFeatures {
  const scores = scoresOf(weights, question);
  return relevanceFeaturesOf(question.features.map((features, index) => ({ features, score: scores[index] ?? 0 })));
}

/** Fits whether a question is answered at all; of each set the answered ones count one half, the others the other half. */
export function fitRelevance(side: RankerSide, sets: readonly RankedSet[], ranker: RankerWeights): RelevanceWeights {
  const names = side === 'hybrid' ? hybridRelevanceFeatures : lexicalRelevanceFeatures;
  const rows = sets.flatMap(({ questions }) => {
    const counts = Map.groupBy(questions, ({ kind }) => kind);
    const negatives = counts.size - 1;
    return questions.map((question) => {
      const features = relevanceOf(ranker, question);
      const size = counts.get(question.kind)?.length ?? 1;
      const isAnswered = question.kind === 'answered';
      return {
        values: names.map((name) => features[name]),
        label: isAnswered ? 1 : 0,
        weight: 0.5 / size / (isAnswered ? 1 : negatives),
      };
    });
  });
  const { intercept, weights } = fitLogistic(toTable(rows, names.length), relevancePenalty);
  const features = names.map((name, index) => [name, rounded(weights[index] ?? 0)]);
  return { intercept: rounded(intercept), features: Object.fromEntries(features) };
}

/** AUROC of "not answered by this corpus", for the set's own unanswerable questions and for those of other sets; null where there are none. */
export function judgeSignal(set: RankedSet, ranker: RankerWeights, relevance: RelevanceWeights) {
  const scored = set.questions.map((question) => ({
    kind: question.kind,
    score: 1 - judgeRelevance(relevance, relevanceOf(ranker, question)),
  }));
  const against = (kind: AskedQuestion['kind']) =>
    auroc(
      scored
        .filter((case_) => case_.kind === 'answered' || case_.kind === kind)
        .map(({ score, kind: own }) => ({ score, positive: own === kind })),
    );
  return { unanswered: against('unanswered'), foreign: against('foreign') };
}

/** The weight that moves odds most first, for reading. */
export function describeWeights({ features }: RankerWeights): string {
  const size = (name: FeatureName) => Math.abs(features[name]?.value ?? 0) + Math.abs(features[name]?.within ?? 0);
  const names = featureNames.filter((name) => features[name]).sort((one, other) => size(other) - size(one));
  return names.map((name) => `${name} ${features[name]?.value}/${features[name]?.within}`).join(', ');
}
