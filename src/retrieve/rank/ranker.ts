import { z } from 'zod';
import {
  denseFeatures,
  type FeatureName,
  type Features,
  featureNames,
  gramFeatures,
  lexicalFeatures,
} from './passage-features.ts';
import { relevanceFeatures } from './relevance.ts';

const Weights = z.object({
  intercept: z.number(),
  /** Of the feature's own value, and of its distance from the question's mean in standard deviations. */
  features: z.partialRecord(z.enum(featureNames), z.object({ value: z.number(), within: z.number() })),
});
export type RankerWeights = z.infer<typeof Weights>;

const Relevance = z.object({ intercept: z.number(), features: z.partialRecord(z.enum(relevanceFeatures), z.number()) });

const LeftOut = z.object({
  questions: z.int(),
  bm25: z.number(),
  fused: z.number(),
  ranked: z.number(),
  /** Ranked by words alone. */
  lexical: z.number(),
  /** AUROC of "not answered by this corpus" by the relevance of the best, for its own unanswerable questions and for those of another set. */
  unanswered: z.number().nullable(),
  foreign: z.number().nullable(),
});

/** What scripts/fit-ranker.ts writes: the weights with their date, the sets with the hash of their data, and how each set does by a fit without it. */
export const RankerFit = z.object({
  fittedAt: z.iso.date(),
  embedder: z.string(),
  sets: z.record(z.string(), z.string()),
  /** nDCG@10 of each set, with weights fitted on the others. */
  leftOut: z.record(z.string(), LeftOut),
  hybrid: Weights,
  /** For passages without a vector, and for all when the question has none. */
  lexical: Weights,
  /** For passages in a language that the embedder does not know; words and parts of words decide. */
  foreign: Weights,
  relevance: z.object({ hybrid: Relevance, lexical: Relevance, foreign: Relevance }),
});
export type RankerFit = z.infer<typeof RankerFit>;

const featuresOfSide = {
  hybrid: [...lexicalFeatures, ...denseFeatures],
  lexical: lexicalFeatures,
  foreign: [...lexicalFeatures, ...gramFeatures],
} as const satisfies Record<string, readonly FeatureName[]>;
export type RankerSide = keyof typeof featuresOfSide;
export const rankerSides = Object.keys(featuresOfSide) as RankerSide[];

/** The features that the weights of a side are fitted for. */
export function namesOfSide(side: RankerSide): readonly FeatureName[] {
  return featuresOfSide[side];
}

/** Features of which only the distance from the other passages counts: without titles they are 0 in a whole collection. */
export const relativeFeatures: ReadonlySet<FeatureName> = new Set(['header']);

/** Features of which only the value counts: most questions lead nowhere. */
export const absoluteFeatures: ReadonlySet<FeatureName> = new Set(['linked']);

/** A spread below this is noise. */
const leastDeviation = 0.01;
const mostDeviations = 6;

/** For each candidate of a question, how far each feature lies from the mean of the candidates, in standard deviations, -6 to 6. */
export function standardise(candidates: readonly Features[]): Features[] {
  const scales = featureNames.map((name) => {
    const mean = candidates.reduce((sum, features) => sum + features[name], 0) / candidates.length;
    const variance = candidates.reduce((sum, features) => sum + (features[name] - mean) ** 2, 0) / candidates.length;
    return { name, mean, deviation: Math.max(Math.sqrt(variance), leastDeviation) };
  });
  return candidates.map((features) => {
    const within = scales.map(({ name, mean, deviation }) => {
      const distance = (features[name] - mean) / deviation;
      return [name, Math.max(-mostDeviations, Math.min(mostDeviations, distance))];
    });
    return Object.fromEntries(within) as Record<FeatureName, number>;
  });
}

export interface RankScore {
  /** Probability in [0, 1] that the passage answers the question. */
  readonly score: number;
  /** What each feature added to the logarithmic odds of the score; with `intercept` they add up to them. */
  readonly contributions: Readonly<Record<string, number>>;
}

/** Logistic regression: each feature adds its weight times its value, raw and standardised within the question. */
export function scoreFeatures(
  { intercept, features: weights }: RankerWeights,
  value: Features,
  within: Features,
): RankScore {
  const contributions: Record<string, number> = { intercept };
  let odds = intercept;
  for (const name of featureNames) {
    const weight = weights[name];
    if (!weight) continue;
    const added = weight.value * value[name] + weight.within * within[name];
    contributions[name] = added;
    odds += added;
  }
  return { score: 1 / (1 + Math.exp(-odds)), contributions };
}
