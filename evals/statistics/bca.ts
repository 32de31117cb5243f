import { normalQuantile, normalShareBelow, studentQuantile } from './distributions.ts';

/** Lower and upper bound. */
export type Interval = readonly [number, number];

export interface Resampled {
  readonly estimate: number;
  /** Values of the resamples, ascending. */
  readonly values: Float64Array;
  /** Of the jackknife: Σd³ / 6(Σd²)^1.5 over d = mean of the leave-one-out estimates - each; 0 where all are equal. */
  readonly acceleration: number;
}

/**
 * Bias-corrected and accelerated bootstrap interval: the shares Φ(z0 + (z0 + z) / (1 - a (z0 + z))) of the resamples for z = ±Φ⁻¹((1 + level) / 2),
 * between two values by linear interpolation. z0 is Φ⁻¹ of the share below the estimate, equal ones counting one half. Null where no
 * resample lies on one side. Source: Efron 1987, "Better Bootstrap Confidence Intervals"; the same as scipy.stats.bootstrap.
 */
export function bcaInterval(resampled: Resampled, level: number): Interval | null {
  const { values } = resampled;
  const first = values[0] ?? Number.NaN;
  if (first === values.at(-1)) return [first, first];
  const z0 = biasOf(resampled);
  if (!Number.isFinite(z0)) return null;
  const bound = (z: number) => {
    const shifted = z0 + z;
    return quantileOf(values, normalShareBelow(z0 + shifted / (1 - resampled.acceleration * shifted)));
  };
  const z = normalQuantile((1 + level) / 2);
  return [bound(-z), bound(z)];
}

/**
 * Two-sided p-value of "the value is 0" that agrees with the interval: twice the smaller side of the level at which a bound of it would be 0,
 * at least 2 / (resamples + 1), at most 1.
 */
export function bcaPValue(resampled: Resampled): number {
  const { values, acceleration } = resampled;
  if (values[0] === values.at(-1)) return values[0] === 0 ? 1 : 2 / (values.length + 1);
  const z0 = biasOf(resampled);
  const below = shareBelow(values, 0);
  const least = 1 / (values.length + 1);
  if (!Number.isFinite(z0) || below <= 0 || below >= 1) return 2 * least;
  const z = normalQuantile(below) - z0;
  const side = normalShareBelow(z / (1 + acceleration * z) - z0);
  return Math.min(1, 2 * Math.max(least, Math.min(side, 1 - side)));
}

/**
 * The level to ask of a bootstrap of `count` independent values, so that the interval is as wide as with the sample's own variance and
 * Student's t: 2 Φ(t √(n / (n - 1))) - 1. Source: Hesterberg 2015, "What Teachers Should Know about the Bootstrap", section 4.3.
 */
export function expandedLevel(level: number, count: number): number {
  const t = studentQuantile((1 + level) / 2, count - 1);
  return 2 * normalShareBelow(t * Math.sqrt(count / (count - 1))) - 1;
}

function biasOf({ estimate, values }: Resampled): number {
  return normalQuantile(shareBelow(values, estimate));
}

/** Equal ones count one half. */
function shareBelow(values: Float64Array, value: number): number {
  const less = firstIndex(values, (found) => found >= value);
  const upTo = firstIndex(values, (found) => found > value);
  return (less + upTo) / 2 / values.length;
}

function firstIndex(values: Float64Array, isThere: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(values[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function quantileOf(values: Float64Array, share: number): number {
  const place = share * (values.length - 1);
  const low = values[Math.floor(place)] ?? 0;
  const high = values[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}
