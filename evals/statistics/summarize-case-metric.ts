import type { CaseMetric, JudgedMetric, Metric } from '../metric.ts';
import { percentile } from '../metrics/percentile.ts';
import type { MetricSummary } from '../summary.ts';
import type { CellColumns } from './cell-columns.ts';
import { meanInterval } from './mean-interval.ts';
import { repeatFigures } from './repeats.ts';
import type { Observation } from './resample.ts';
import type { SummarizedCase } from './summarize.ts';

/** Of a figure of a run; comparisons, which decide, draw more. */
export const summaryResamples = 2_000;

interface CaseMetricInput {
  readonly columns: CellColumns;
  readonly cases: readonly SummarizedCase[];
  /** Places of the cases that count, ascending. */
  readonly chosen: readonly number[];
  readonly seed: number;
}

/** Whether single values are needed: of what is measured, not of shares and counts. */
export const hasPercentiles = ({ unit }: Metric) => unit !== 'share' && unit !== 'count';

/**
 * Mean over cases of each case's mean over its repeats, with its interval. Cells that are `na` or `error` count in no mean; a case without an `ok` cell is
 * none of the cases.
 */
export function summarizeCaseMetric(
  metric: CaseMetric | JudgedMetric,
  { columns, cases, chosen, seed }: CaseMetricInput,
): MetricSummary {
  const { name, group, better, unit } = metric;
  const observations = chosen.flatMap((place): Observation[] => {
    const count = columns.ok[place] ?? 0;
    return count === 0 ? [] : [{ value: (columns.sums[place] ?? 0) / count, cluster: cases[place]?.cluster ?? null }];
  });
  const repeated = repeatFigures(metric, columns, chosen);
  const count = (list: readonly number[]) => chosen.reduce((sum, place) => sum + (list[place] ?? 0), 0);
  return {
    metric: name,
    group,
    better,
    unit,
    value: meanOf(observations.map(({ value }) => value)),
    interval: asPair(meanInterval(observations, { seed, resamples: summaryResamples, isShare: unit === 'share' })),
    ok: count(columns.ok),
    na: count(columns.na),
    errors: count(columns.errors),
    percentiles: hasPercentiles(metric) ? percentilesOf(valuesOf(columns, chosen)) : null,
    ...(repeated ? { repeated } : {}),
  };
}

function valuesOf({ values }: CellColumns, chosen: readonly number[]): number[] {
  const isChosen = new Set(chosen);
  return values.value.filter((_value, index) => isChosen.has(values.place[index] ?? -1));
}

function meanOf(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

function percentilesOf(values: readonly number[]): MetricSummary['percentiles'] {
  const at = (share: number) => percentile(values, share) ?? 0;
  return values.length > 0 ? { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) } : null;
}

export function asPair(interval: readonly [number, number] | null): [number, number] | null {
  return interval ? [interval[0], interval[1]] : null;
}
