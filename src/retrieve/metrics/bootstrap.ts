import { createRandom } from '../../domain/random.ts';

/** A mean with the bounds of its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

const resamples = 1_000;

/**
 * Mean and its percentile bootstrap interval (Efron 1979): 1,000 resamples of the values, 2.5th and 97.5th percentile.
 * The seed fixes the resamples, so that a run can be repeated. Null without values.
 */
export function estimateMean(values: readonly number[], seed = 1): Estimate | null {
  if (values.length === 0) return null;
  const random = createRandom(seed);
  const means = Array.from({ length: resamples }, () => {
    let total = 0;
    for (let index = 0; index < values.length; index += 1)
      total += values[Math.floor(random.next() * values.length)] ?? 0;
    return total / values.length;
  }).sort((one, other) => one - other);
  return {
    mean: values.reduce((total, value) => total + value, 0) / values.length,
    lower: means[Math.floor(0.025 * resamples)] ?? 0,
    upper: means[Math.ceil(0.975 * resamples) - 1] ?? 0,
    count: values.length,
  };
}

/**
 * The 95 % interval of any statistic of the cases, by percentile bootstrap: 1,000 resamples. Resamples for which it is not defined are left
 * out; null when it is for most.
 */
export function estimateInterval<T>(
  cases: readonly T[],
  statistic: (sample: readonly T[]) => number | null,
  seed = 1,
): readonly [number, number] | null {
  const random = createRandom(seed);
  const values = Array.from({ length: resamples }, () =>
    statistic(cases.map((entry) => cases[Math.floor(random.next() * cases.length)] ?? entry)),
  )
    .filter((value) => value !== null)
    .sort((one, other) => one - other);
  if (values.length < resamples / 2) return null;
  const bound = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  return [bound(0.025), bound(0.975)];
}
