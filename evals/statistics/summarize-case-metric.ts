import type { EvalCase } from '../case.ts';
import type { CaseMetric, Cell, JudgedMetric } from '../metric.ts';
import { percentile } from '../metrics/percentile.ts';
import type { MetricSummary } from '../summary.ts';
import { clusterOf } from './cluster-of.ts';
import { meanInterval } from './mean-interval.ts';
import type { Observation } from './resample.ts';

/** Of a figure of a run; comparisons, which decide, draw more. */
export const summaryResamples = 2_000;

interface CaseMetricInput {
  readonly cases: readonly EvalCase[];
  /** Of this metric, by case. */
  readonly cells: ReadonlyMap<string, readonly Cell[]>;
  readonly seed: number;
}

/**
 * Mean over cases of each case's mean over its repeats, with its interval. Cells that are `na` or `error` count in no mean; a case without an `ok` cell is
 * none of the cases.
 */
export function summarizeCaseMetric(
  metric: CaseMetric | JudgedMetric,
  { cases, cells, seed }: CaseMetricInput,
): MetricSummary {
  const own = cases.flatMap(({ id }) => cells.get(id) ?? []);
  const observations = observationsOf(cases, cells);
  const values = own.flatMap((cell) => okValue(cell) ?? []);
  const { name, group, better, unit } = metric;
  return {
    metric: name,
    group,
    better,
    unit,
    value: meanOf(observations.map(({ value }) => value)),
    interval: asPair(meanInterval(observations, { seed, resamples: summaryResamples, isShare: unit === 'share' })),
    ok: values.length,
    na: own.filter(({ status }) => status === 'na').length,
    errors: own.filter(({ status }) => status === 'error').length,
    percentiles: unit === 'share' || unit === 'count' ? null : percentilesOf(values),
  };
}

/** One for each case that has an `ok` cell, in the order of the cases. */
export function observationsOf(cases: readonly EvalCase[], cells: ReadonlyMap<string, readonly Cell[]>): Observation[] {
  return cases.flatMap((own) => {
    const value = meanOf((cells.get(own.id) ?? []).flatMap((cell) => okValue(cell) ?? []));
    return value === null ? [] : [{ value, cluster: clusterOf(own) }];
  });
}

const okValue = ({ status, value }: Cell) => (status === 'ok' ? value : null);

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
