import { compareMeans } from '../statistics/compare-means.ts';
import { holm } from '../statistics/holm.ts';
import { mcnemarExact } from '../statistics/mcnemar.ts';
import { minimumDetectableEffect } from '../statistics/minimum-detectable-effect.ts';
import type { MetricSummary } from '../summary.ts';
import { differencesOf, type Pair, type PairedRuns, pairScores } from './pair-scores.ts';

/** A metric of two runs, over the cases that have a value in both. */
export interface MetricComparison extends Pick<MetricSummary, 'metric' | 'group' | 'better' | 'unit'> {
  readonly pairs: number;
  readonly before: number | null;
  readonly after: number | null;
  /** After minus before. */
  readonly delta: number | null;
  /** 95 %, BCa over clusters; null for metrics of a whole run, and with too few clusters. */
  readonly interval: readonly [number, number] | null;
  /** Of no difference: exact McNemar where every value is 0 or 1, else by the same resamples as the interval. */
  readonly pValue: number | null;
  /** After Holm's correction for the number of metrics. */
  readonly adjustedPValue: number | null;
  /** The smallest difference that would be found in four of five comparisons like this one; null where nothing varies. */
  readonly minimumDetectable: number | null;
  /** Cases that went from 0 to 1, and from 1 to 0; null where other values occur. */
  readonly flips: { readonly up: number; readonly down: number } | null;
  /** By the adjusted p-value below 0.05 and the way that is better. */
  readonly verdict: 'better' | 'worse' | 'changed' | 'not shown';
}

interface ComparisonInput extends PairedRuns {
  readonly seed: number;
  /** Figures of the two runs. */
  readonly earlier: readonly MetricSummary[];
  readonly later: readonly MetricSummary[];
}

const significance = 0.05;

/** Compares each metric that both runs have, in the order of the second; holds the pairs of one at a time. */
export function compareMetrics({ earlier, later, seed, ...runs }: ComparisonInput): MetricComparison[] {
  const before = new Map(earlier.map((summary) => [summary.metric, summary]));
  const rows = later.flatMap((summary) => {
    const own = before.get(summary.metric);
    return own ? [compareMetric(summary, own, pairScores(summary.metric, runs), seed)] : [];
  });
  const tested = rows.flatMap(({ pValue }) => pValue ?? []);
  const adjusted = holm(tested).values();
  return rows.map((row) => {
    const adjustedPValue = row.pValue === null ? null : (adjusted.next().value ?? null);
    return { ...row, adjustedPValue, verdict: verdictOf(row.better, row.delta, adjustedPValue) };
  });
}

type Compared = Omit<MetricComparison, 'adjustedPValue' | 'verdict'>;

function compareMetric(summary: MetricSummary, before: MetricSummary, pairs: readonly Pair[], seed: number): Compared {
  const difference = compareMeans(differencesOf(pairs), { seed });
  if (difference === null) return compareFigures(summary, before);
  const { difference: delta, interval, standardError } = difference;
  return {
    ...described(summary),
    pairs: pairs.length,
    before: meanOf(pairs.map((pair) => pair.before)),
    after: meanOf(pairs.map((pair) => pair.after)),
    delta,
    interval,
    minimumDetectable: standardError > 0 ? minimumDetectableEffect(standardError) : null,
    ...testOf(pairs, difference.pValue),
  };
}

function described({ metric, group, better, unit }: MetricSummary) {
  return { metric, group, better, unit };
}

/** A metric that has one value for a whole run, or no case in common. */
function compareFigures(after: MetricSummary, before: MetricSummary): Compared {
  return {
    ...described(after),
    pairs: 0,
    before: before.value,
    after: after.value,
    delta: before.value === null || after.value === null ? null : after.value - before.value,
    interval: null,
    pValue: null,
    minimumDetectable: null,
    flips: null,
  };
}

function testOf(pairs: readonly Pair[], pValue: number | null) {
  if (!pairs.every(({ before, after }) => isFlag(before) && isFlag(after))) return { pValue, flips: null };
  const up = pairs.filter(({ before, after }) => after > before).length;
  const down = pairs.filter(({ before, after }) => after < before).length;
  return { pValue: mcnemarExact(up, down), flips: { up, down } };
}

function isFlag(value: number): boolean {
  return value === 0 || value === 1;
}

function verdictOf(
  better: MetricSummary['better'],
  delta: number | null,
  pValue: number | null,
): MetricComparison['verdict'] {
  if (delta === null || delta === 0 || pValue === null || pValue >= significance) return 'not shown';
  if (better === 'none') return 'changed';
  return delta > 0 === (better === 'higher') ? 'better' : 'worse';
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
