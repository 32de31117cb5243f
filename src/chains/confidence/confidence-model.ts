import { z } from 'zod';
import { type RefusalSide, refusalSides } from '../refuse/refusal-features.ts';
import fit from './confidence-fit.json' with { type: 'json' };

/** The share of answers that were right, from these logarithmic odds on that the sources hold the answer; ascending. */
const Curve = z.array(z.object({ from: z.number(), share: z.number().min(0).max(1) })).min(1);
export type ConfidenceCurve = z.infer<typeof Curve>;

/** What scripts/fit-confidence.ts writes: the fit with its date and the hash of the data that it was made from. */
export const ConfidenceFit = z.object({
  fittedAt: z.iso.date(),
  dataHash: z.string(),
  /** Answers that it was made from. */
  answers: z.int(),
  curves: z.record(z.enum(refusalSides), Curve),
});
export type ConfidenceFit = z.infer<typeof ConfidenceFit>;
const shipped = ConfidenceFit.parse(fit);

/** Names the committed fit. */
export function confidenceFitId(): string {
  return `${shipped.fittedAt} ${shipped.dataHash}`;
}

/** Probabilities nearer to 0 and 1 than this say no more. */
const surest = 0.001;

/**
 * How likely an answer is right, in [0, 1]: the refusal model's probability that the sources hold none, put on the scale of answers that were
 * right, times how well its sentences are grounded.
 */
export function confidenceOf({
  refusalProbability,
  groundedness,
  side,
}: {
  readonly refusalProbability: number;
  readonly groundedness: number;
  /** What the probability was judged by. */
  readonly side: RefusalSide;
}): number {
  return applyCurve(shipped.curves[side], refusalProbability) * groundedness;
}

/** The share of the last step that begins at or below the odds. */
export function applyCurve(curve: ConfidenceCurve, refusalProbability: number): number {
  const odds = oddsOfHolding(refusalProbability);
  return (curve.findLast(({ from }) => from <= odds) ?? curve[0])?.share ?? 0;
}

/** Logarithmic odds that the sources hold the answer. */
export function oddsOfHolding(refusalProbability: number): number {
  const bounded = Math.min(1 - surest, Math.max(surest, refusalProbability));
  return Math.log((1 - bounded) / bounded);
}
