import type { Interval } from './bca.ts';
import { normalQuantile } from './distributions.ts';

/** A judge beside people: of what people call positive and negative, how many and how many of these the judge calls positive. */
export interface JudgeRates {
  readonly positives: number;
  readonly truePositives: number;
  readonly negatives: number;
  readonly falsePositives: number;
}

export interface CorrectedRate {
  readonly rate: number;
  readonly interval: Interval;
}

/** Below, a judge tells too little apart: the correction would blow up its error by more than five. */
export const leastInformedness = 0.2;

/**
 * The true rate behind the rate of a judge: (p + specificity - 1) / (sensitivity + specificity - 1), within [0, 1], with an interval by the delta method
 * over all three shares. Null where the judge's informedness, sensitivity + specificity - 1, is below 0.2 or a class has no label. Source: Rogan and
 * Gladen 1978.
 */
export function roganGladen(
  judged: { readonly positive: number; readonly count: number },
  { positives, truePositives, negatives, falsePositives }: JudgeRates,
  level = 0.95,
): CorrectedRate | null {
  if (positives === 0 || negatives === 0 || judged.count === 0) return null;
  const sensitivity = truePositives / positives;
  const specificity = 1 - falsePositives / negatives;
  const informedness = sensitivity + specificity - 1;
  if (informedness < leastInformedness) return null;
  const apparent = judged.positive / judged.count;
  const rate = (apparent + specificity - 1) / informedness;
  const spread = (share: number, count: number) => (share * (1 - share)) / count;
  const variance =
    (spread(apparent, judged.count) +
      rate ** 2 * spread(sensitivity, positives) +
      (1 - rate) ** 2 * spread(specificity, negatives)) /
    informedness ** 2;
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt(variance);
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return { rate: clamp(rate), interval: [clamp(rate - reach), clamp(rate + reach)] };
}
