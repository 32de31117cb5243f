import { bcaInterval, bcaPValue, expandedLevel, type Interval } from './bca.ts';
import { fewestUnits, level } from './mean-interval.ts';
import { type Observation, resampleMean, unitsOf } from './resample.ts';

/** What a paired comparison says of a mean. */
export interface MeanComparison {
  /** Of the second over the first: the mean of the differences. */
  readonly difference: number;
  /** 95 % unless another confidence is asked for; null with fewer than five clusters or single cases. */
  readonly interval: Interval | null;
  /** Two-sided, of no difference; null where there is no interval. */
  readonly pValue: number | null;
  /** Of the difference, from its resamples. */
  readonly standardError: number;
  /** Cases in both. */
  readonly cases: number;
}

export const comparisonResamples = 10_000;

export interface ComparisonOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** In (0, 1). */
  readonly confidence?: number;
}

/**
 * Compares two runs over the cases that both have, from each case's difference: BCa bootstrap over clusters with 10,000 resamples, its level expanded for
 * few clusters. Takes time by resamples times clusters. Null without a case.
 */
export function compareMeans(
  differences: readonly Observation[],
  { seed, resamples = comparisonResamples, confidence = level }: ComparisonOptions,
): MeanComparison | null {
  if (differences.length === 0) return null;
  const units = unitsOf(differences);
  const resampled = resampleMean(units, resamples, seed);
  const { length } = units.sums;
  const isEnough = length >= fewestUnits;
  return {
    difference: resampled.estimate,
    interval: isEnough ? bcaInterval(resampled, expandedLevel(confidence, length)) : null,
    pValue: isEnough ? bcaPValue(resampled) : null,
    standardError: standardDeviation(resampled.values),
    cases: differences.length,
  };
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
