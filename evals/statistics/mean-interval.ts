import { bcaInterval, expandedLevel, type Interval } from './bca.ts';
import { type Observation, resampleMean, unitsOf } from './resample.ts';
import { wilsonInterval } from './wilson.ts';

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
 * The 95 % interval of a mean over cases: BCa bootstrap over clusters, with the level expanded for few of them. Of independent cases that are all 0 or 1,
 * and of clusters that all say the same, it is Wilson's interval, as resamples say too little near 0 and 1 and nothing where all are equal. Null
 * with fewer than five clusters or single cases.
 */
export function meanInterval(observations: readonly Observation[], options: IntervalOptions): Interval | null {
  const units = unitsOf(observations);
  const { length } = units.sums;
  if (length < fewestUnits) return null;
  const { value: first = 0 } = observations[0] ?? {};
  const isBinary = options.isShare && observations.every(({ value }) => value === 0 || value === 1);
  const isOneValue = observations.every(({ value }) => value === first);
  if (isBinary && (isOneValue || length === observations.length)) {
    const share = observations.reduce((sum, { value }) => sum + value, 0) / observations.length;
    return wilsonInterval(share, length, level);
  }
  return bcaInterval(resampleMean(units, options.resamples, options.seed), expandedLevel(level, length));
}
