import type { SuiteMetric } from '../metric.ts';
import type { MetricSummary } from '../summary.ts';
import { bcaInterval, expandedLevel, type Interval } from './bca.ts';
import { fewestUnits, level } from './mean-interval.ts';
import { createUnitDrawer, jackknifeAcceleration } from './resample.ts';
import type { SummarizedCase } from './summarize.ts';
import { asPair } from './summarize-case-metric.ts';

/** What suite metrics have read of the answers of a run, in their order. */
export interface ReadAnswers {
  /** Place of the answer's case. */
  readonly place: number[];
  readonly isError: boolean[];
  /** By metric; null for an error, and where the answer does not count. */
  readonly read: ReadonlyMap<string, unknown[]>;
}

interface SuiteMetricInput {
  readonly answers: ReadAnswers;
  readonly cases: readonly SummarizedCase[];
  /** Places of the cases that count, ascending. */
  readonly chosen: readonly number[];
  readonly seed: number;
}

/** The metric's value over all answers, with an interval by drawing whole clusters. `ok` counts the answers. */
export function summarizeSuiteMetric(
  metric: SuiteMetric,
  { answers, cases, chosen, seed }: SuiteMetricInput,
): MetricSummary {
  const { name, group, better, unit } = metric;
  const isChosen = new Set(chosen);
  const all = [...answers.place.keys()].filter((index) => isChosen.has(answers.place[index] ?? -1));
  const answered = all.filter((index) => !answers.isError[index]);
  const read = answers.read.get(name) ?? [];
  const weighed = metric.weigh(answered.map((index) => read[index] ?? null));
  const value = weighed(new Float64Array(answered.length).fill(1));
  const unitOf = (index: number) => {
    const place = answers.place[answered[index] ?? -1] ?? -1;
    return cases[place]?.cluster ?? `case ${place}`;
  };
  return {
    metric: name,
    group,
    better,
    unit,
    value,
    interval:
      value === null ? null : asPair(suiteInterval(weighed, { size: answered.length, unitOf, estimate: value }, seed)),
    ok: value === null ? 0 : answered.length,
    na: value === null ? answered.length : 0,
    errors: all.length - answered.length,
    percentiles: null,
  };
}

type Weighed = (counts: Float64Array) => number | null;

/** Each takes all answers, and most of them are sorted. */
const suiteResamples = 1_000;

/** Groups of units that are left out in turn for the acceleration: enough for its third digit. */
const mostGroups = 200;

interface Drawn {
  readonly size: number;
  /** All answers to a case belong together, and all to cases of one cluster. */
  readonly unitOf: (index: number) => string;
  readonly estimate: number;
}

/** Resamples in which the metric is not defined are left out; null when most are, or with fewer than five clusters. */
function suiteInterval(weighed: Weighed, { size, unitOf, estimate }: Drawn, seed: number): Interval | null {
  const units = [...Map.groupBy(new Array(size).keys(), unitOf).values()];
  if (units.length < fewestUnits) return null;
  const draw = createUnitDrawer(units, size, seed);
  const drawn = Array.from({ length: suiteResamples }, () => weighed(draw())).filter((value) => value !== null);
  if (drawn.length < suiteResamples / 2) return null;
  const values = Float64Array.from(drawn).sort();
  const acceleration = jackknifeAcceleration(leaveOut(weighed, units, size));
  return bcaInterval({ estimate, values, acceleration }, expandedLevel(level, units.length));
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
