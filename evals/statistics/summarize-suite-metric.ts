import { createRandom } from '../../src/domain/random.ts';
import type { EvalCase } from '../case.ts';
import type { Answered, SuiteMetric } from '../metric.ts';
import type { MetricSummary } from '../summary.ts';
import { bcaInterval, expandedLevel, type Interval } from './bca.ts';
import { clusterOf } from './cluster-of.ts';
import { fewestUnits, level } from './mean-interval.ts';
import { jackknifeAcceleration } from './resample.ts';
import { asPair, summaryResamples } from './summarize-case-metric.ts';

interface SuiteMetricInput {
  readonly answered: readonly Answered[];
  readonly errors: number;
  readonly seed: number;
}

/** The metric's value over all answers, with an interval by drawing whole clusters. `ok` counts the answers. */
export function summarizeSuiteMetric(metric: SuiteMetric, { answered, errors, seed }: SuiteMetricInput): MetricSummary {
  const { name, group, better, unit } = metric;
  const value = metric.score(answered);
  return {
    metric: name,
    group,
    better,
    unit,
    value,
    interval: value === null || !metric.weigh ? null : asPair(suiteInterval(metric.weigh(answered), answered, seed)),
    ok: value === null ? 0 : answered.length,
    na: value === null ? answered.length : 0,
    errors,
    percentiles: null,
  };
}

type Weighed = (counts: Float64Array) => number | null;

/** Groups of units that are left out in turn for the acceleration: enough for its third digit. */
const mostGroups = 200;

/** Resamples in which the metric is not defined are left out; null when most are, or with fewer than five clusters. */
function suiteInterval(weighed: Weighed, answered: readonly Answered[], seed: number): Interval | null {
  const units = [...Map.groupBy(answered.keys(), (index) => unitOf(answered[index]?.case)).values()];
  if (units.length < fewestUnits) return null;
  const estimate = weighed(new Float64Array(answered.length).fill(1));
  const random = createRandom(seed);
  const drawn = Array.from({ length: summaryResamples }, () => {
    const counts = new Float64Array(answered.length);
    for (let draw = 0; draw < units.length; draw += 1)
      for (const index of units[(random.next() * units.length) | 0] ?? []) counts[index] = (counts[index] ?? 0) + 1;
    return weighed(counts);
  }).filter((value) => value !== null);
  if (estimate === null || drawn.length < summaryResamples / 2) return null;
  const values = Float64Array.from(drawn).sort();
  const acceleration = jackknifeAcceleration(leaveOut(weighed, units, answered.length));
  return bcaInterval({ estimate, values, acceleration }, expandedLevel(level, units.length));
}

/** All answers to a case belong together, and all to cases of one cluster. */
function unitOf(own: EvalCase | undefined): string {
  return own ? (clusterOf(own) ?? `case ${own.id}`) : '';
}

function leaveOut(weighed: Weighed, units: readonly (readonly number[])[], size: number): Float64Array {
  const groups = Math.min(mostGroups, units.length);
  const estimates = Array.from({ length: groups }, (_, group) => {
    const counts = new Float64Array(size).fill(1);
    for (let unit = group; unit < units.length; unit += groups)
      for (const index of units[unit] ?? []) counts[index] = 0;
    return weighed(counts);
  });
  return Float64Array.from(estimates.filter((value) => value !== null));
}
