import { bcaInterval, bcaPValue, expandedLevel, type Interval } from '../statistics/bca.ts';
import { fewestUnits } from '../statistics/mean-interval.ts';
import type { Units } from '../statistics/resample.ts';
import type { Pair } from './pair-scores.ts';
import { resampleTogether } from './resample-together.ts';

/** Of the differences, after minus before, over the cases that have a value in both runs. */
export interface PairedDifference {
  readonly delta: number;
  /** Null with fewer than five clusters, or where resamples do not bound it. */
  readonly interval: Interval | null;
  /** Two-sided, of no difference; null where there is no interval. */
  readonly pValue: number | null;
  /** Of `delta`, by its resamples; 0 where no case differs. */
  readonly standardError: number;
}

export interface DifferenceOptions {
  /** In (0, 1). */
  readonly confidence: number;
  readonly seed: number;
}

const resamples = 10_000;

/**
 * Mean differences of several metrics with BCa intervals from 10,000 resamples of the clusters, drawn once for all. Each list holds one pair or
 * more. The same input and seed give the same figures.
 */
export function pairedDifferences(
  lists: readonly (readonly Pair[])[],
  { confidence, seed }: DifferenceOptions,
): PairedDifference[] {
  const clusters = new Map<string, number>();
  for (const { cluster } of lists.flat()) if (!clusters.has(cluster)) clusters.set(cluster, clusters.size);
  const columns = lists.map((pairs) => columnOf(pairs, clusters));
  return resampleTogether(columns, resamples, seed).map((resampled, index): PairedDifference => {
    const units = (columns[index]?.counts ?? new Float64Array()).filter((count) => count > 0).length;
    const { estimate: delta, values } = resampled;
    const standardError = deviationOf(values);
    if (units < fewestUnits) return { delta, interval: null, pValue: null, standardError };
    const interval = bcaInterval(resampled, expandedLevel(confidence, units));
    return { delta, interval, pValue: interval && bcaPValue(resampled), standardError };
  });
}

function columnOf(pairs: readonly Pair[], clusters: ReadonlyMap<string, number>): Units {
  const sums = new Float64Array(clusters.size);
  const counts = new Float64Array(clusters.size);
  for (const { cluster, before, after } of pairs) {
    const place = clusters.get(cluster) ?? 0;
    sums[place] = (sums[place] ?? 0) + after - before;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { sums, counts };
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
