import type { Interval } from './bca.ts';
import { normalQuantile } from './distributions.ts';
import { total, type Units } from './resample.ts';

/**
 * Wilson's score interval of a share out of `size` yes-or-no values, within [0, 1]. `size` need not be whole. Source: Wilson 1927; it covers what
 * it says close to 0 and 1 too (Brown, Cai and DasGupta 2001).
 */
export function wilsonInterval(share: number, size: number, level: number): Interval {
  const z2 = normalQuantile((1 + level) / 2) ** 2;
  const middle = (share + z2 / (2 * size)) / (1 + z2 / size);
  const reach = Math.sqrt((z2 * share * (1 - share)) / size + (z2 / (2 * size)) ** 2) / (1 + z2 / size);
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

/**
 * How many independent yes-or-no values say as much as these clustered ones: n / deff, where deff is the variance of the mean over clusters,
 * Σ(S - pN)² K / (K - 1) / n², divided by p(1 - p) / n, and at least 1. With nothing but yes or no it is the number of clusters.
 * Source: Dean and Pagano 2015, "Evaluating Confidence Interval Methods for Binomial Proportions in Clustered Surveys".
 */
export function effectiveSize({ sums, counts }: Units): number {
  const size = total(counts);
  const clusters = counts.length;
  if (clusters === size) return size;
  const share = total(sums) / size;
  if (share === 0 || share === 1) return clusters;
  const squares = sums.reduce((sum, own, place) => sum + (own - share * (counts[place] ?? 0)) ** 2, 0);
  const variance = ((squares / size ** 2) * clusters) / (clusters - 1);
  return size / Math.max(1, variance / ((share * (1 - share)) / size));
}
