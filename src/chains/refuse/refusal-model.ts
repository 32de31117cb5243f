import { z } from 'zod';
import type { AnswerRecord } from '../../store/answers.ts';
import { type RefusalFeatures, type RefusalSide, refusalFeatureNames, refusalSides } from './refusal-features.ts';
import fit from './refusal-fit.json' with { type: 'json' };

const Weights = z.object({
  intercept: z.number(),
  /** For each feature: mean and standard deviation in the fitted data, and the weight of the standardised value. */
  features: z.partialRecord(
    z.enum(refusalFeatureNames),
    z.object({ mean: z.number(), deviation: z.number().positive(), weight: z.number() }),
  ),
  threshold: z.number().min(0).max(1),
});
export type RefusalWeights = z.infer<typeof Weights>;

/** AUROC of "no answer": in folds, and by weights fitted on the other sets, where there are some. */
const Figures = z.object({ folds: z.number(), leftOut: z.number().nullable() });
const bySide = <T extends z.ZodType>(each: T) => z.record(z.enum(refusalSides), each);

/** What scripts/fit-refusal.ts writes: the fit with its date and the hash of the data that it was made from. */
export const RefusalFit = z.object({
  fittedAt: z.iso.date(),
  dataHash: z.string(),
  questions: z.int(),
  sets: z.record(z.string(), z.object({ hash: z.string(), figures: bySide(Figures) })),
  weights: bySide(Weights),
});
export type RefusalFit = z.infer<typeof RefusalFit>;
const shipped = RefusalFit.parse(fit);

export type RefusalJudgement = NonNullable<AnswerRecord['refusal']>;

export interface RefusalModel {
  /** Probability in [0, 1] that the sources hold no answer, and what each feature added to its logarithmic odds. */
  judge(features: RefusalFeatures, side: RefusalSide): RefusalJudgement;
}

/** `threshold` null takes the fitted one. */
export function createRefusalModel(threshold: number | null): RefusalModel {
  return { judge: (features, side) => applyWeights(shipped.weights[side], features, threshold) };
}

/** Names the committed fit. */
export function refusalFitId(): string {
  return `${shipped.fittedAt} ${shipped.dataHash}`;
}

/** Logistic regression over standardised features. */
export function applyWeights(
  weights: RefusalWeights,
  features: RefusalFeatures,
  threshold: number | null,
): RefusalJudgement {
  const contributions: Record<string, number> = {};
  let odds = weights.intercept;
  for (const name of refusalFeatureNames) {
    const feature = weights.features[name];
    if (!feature) continue;
    const contribution = (feature.weight * (features[name] - feature.mean)) / feature.deviation;
    contributions[name] = contribution;
    odds += contribution;
  }
  return { probability: 1 / (1 + Math.exp(-odds)), threshold: threshold ?? weights.threshold, contributions };
}
