import type { Interval } from './bca.ts';
import { normalQuantile } from './distributions.ts';

/** An answer with a person's label and what the judge says of it, both as numbers: 0 and 1, or grades. */
export interface LabelledPrediction {
  readonly label: number;
  readonly prediction: number;
}

export interface PoweredMean {
  readonly mean: number;
  readonly interval: Interval;
  /** How much the judge is trusted: 0 leaves it out, 1 is plain PPI. */
  readonly lambda: number;
}

/**
 * Prediction-powered mean: λ × mean of the judge over all unlabelled answers + mean of (label - λ × judge) over the labelled ones. It is right on average
 * however bad the judge is, and the interval, by the normal approximation, is the narrower the better it is. `lambda` is 1 for PPI; left out
 * it is the one of PPI++ with the least variance, cov(label, judge) / ((1 + n / N) var(judge)), within [0, 1]. Null with fewer than two labelled or two
 * unlabelled answers. Source: Angelopoulos et al. 2023, "Prediction-Powered Inference", and 2024, "PPI++".
 */
export function predictionPoweredMean(
  labelled: readonly LabelledPrediction[],
  unlabelled: readonly number[],
  { lambda, level = 0.95 }: { readonly lambda?: number; readonly level?: number } = {},
): PoweredMean | null {
  const [few, many] = [labelled.length, unlabelled.length];
  if (few < 2 || many < 2) return null;
  const trust = lambda ?? bestTrust(labelled, unlabelled);
  const rest = labelled.map(({ label, prediction }) => label - trust * prediction);
  const mean = trust * meanOf(unlabelled) + meanOf(rest);
  const variance = (trust ** 2 * covariance(unlabelled, unlabelled)) / many + covariance(rest, rest) / few;
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt(variance);
  return { mean, interval: [mean - reach, mean + reach], lambda: trust };
}

function bestTrust(labelled: readonly LabelledPrediction[], unlabelled: readonly number[]): number {
  const predictions = labelled.map(({ prediction }) => prediction);
  const shared = covariance(
    labelled.map(({ label }) => label),
    predictions,
  );
  const all = [...predictions, ...unlabelled];
  const spread = covariance(all, all);
  if (spread === 0) return 0;
  return Math.min(1, Math.max(0, shared / ((1 + labelled.length / unlabelled.length) * spread)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function covariance(ones: readonly number[], others: readonly number[]): number {
  const [one, other] = [meanOf(ones), meanOf(others)];
  const sum = ones.reduce((total, value, place) => total + (value - one) * ((others[place] ?? 0) - other), 0);
  return sum / (ones.length - 1);
}
