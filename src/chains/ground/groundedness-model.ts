import { z } from 'zod';
import { type Features, groundednessFeatures } from './groundedness-features.ts';
import fit from './groundedness-fit.json' with { type: 'json' };

const figure = z.number().min(0).max(1).nullable();

/** What scripts/fit-groundedness.ts writes: the fit with its date, the hashes of the sets and how each is judged without it. */
export const GroundednessFit = z.object({
  fittedAt: z.iso.date(),
  /** SHA-256 of each file. */
  sets: z.record(z.string(), z.string()),
  /** Figures of each set by weights fitted on the others. */
  leftOut: z.record(
    z.string(),
    z.object({
      answers: z.int(),
      auroc: figure,
      auprc: figure,
      f1: figure,
      /** Share of the supported answers that fall below the threshold. */
      falselyWithheld: figure,
      lengthAuroc: figure,
      byLength: z.array(figure),
    }),
  ),
  intercept: z.number(),
  /** What each feature takes from the logarithmic odds of "supported". */
  features: z.partialRecord(z.enum(groundednessFeatures), z.number().min(0)),
});
export type GroundednessFit = z.infer<typeof GroundednessFit>;
export type GroundednessWeights = Pick<GroundednessFit, 'intercept' | 'features'>;

export interface ModelVerdict {
  /** Probability in [0, 1] that the sentence is supported. */
  readonly score: number;
  /** What each feature took from its logarithmic odds; those that took nothing are left out. */
  readonly contributions: Readonly<Record<string, number>>;
}

export const fittedWeights: GroundednessWeights = GroundednessFit.parse(fit);

/** Logistic regression; no weight is negative, so that nothing scores above a sentence of the evidence itself. */
export function applyWeights({ intercept, features }: GroundednessWeights, values: Features): ModelVerdict {
  const contributions: Record<string, number> = {};
  let odds = intercept;
  for (const name of groundednessFeatures) {
    const taken = (features[name] ?? 0) * values[name];
    if (taken === 0) continue;
    contributions[name] = taken;
    odds -= taken;
  }
  return { score: 1 / (1 + Math.exp(-odds)), contributions };
}
