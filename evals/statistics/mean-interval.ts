import { bcaInterval, expandedLevel, type Interval } from './bca.ts';
import { type Observation, resampleMean, total, unitsOf } from './resample.ts';
import { effectiveSize, wilsonInterval } from './wilson.ts';

export const level = 0.95;

/** With fewer independent units nothing is said of the interval. */
export const fewestUnits = 5;

export interface IntervalOptions {
  readonly seed: number;
  readonly resamples: number;
  /** Whether values are shares in [0, 1]. */
  readonly isShare: boolean;
}

/**
 * The 95 % interval of a mean over cases: BCa bootstrap over clusters, with the level expanded for few of them. Shares that are all 0 or 1 get
 * Wilson's interval instead, with the size that their clusters leave them: near 0 and 1 resamples say too little, and nothing where
 * all are equal. Null with fewer than five clusters or single cases.
 */
export function meanInterval(observations: readonly Observation[], options: IntervalOptions): Interval | null {
  const units = unitsOf(observations);
  const { length } = units.sums;
  if (length < fewestUnits) return null;
  if (options.isShare && observations.every(({ value }) => value === 0 || value === 1))
    return wilsonInterval(total(units.sums) / observations.length, effectiveSize(units), level);
  return bcaInterval(resampleMean(units, options.resamples, options.seed), expandedLevel(level, length));
}
