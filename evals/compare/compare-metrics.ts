import type { CaseGroups, CaseScores } from '../reports/case-scores.ts';
import type { Run } from '../reports/read-run.ts';
import { compareMeans } from '../statistics/compare-means.ts';
import { holm } from '../statistics/holm.ts';
import { mcnemarExact } from '../statistics/mcnemar.ts';
import { minimumDetectableEffect } from '../statistics/minimum-detectable-effect.ts';
import type { MetricSummary } from '../summary.ts';
import { differencesOf, type Pair, pairScores } from './pair-scores.ts';

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

interface ComparisonInput {
  readonly before: Run;
  readonly after: Run;
  readonly beforeScores: CaseScores;
  readonly afterScores: CaseScores;
  readonly groups: ReadonlyMap<string, CaseGroups>;
}

const significance = 0.05;

/** Compares each metric that both runs have, in the order of the second. */
export function compareMetrics({
  before,
  after,
  beforeScores,
  afterScores,
  groups,
}: ComparisonInput): MetricComparison[] {
  const earlier = new Map(before.summary.metrics.map((summary) => [summary.metric, summary]));
  const shared = after.summary.metrics.flatMap((summary) => {
    const own = earlier.get(summary.metric);
    const pairs = pairScores(
      beforeScores.get(summary.metric) ?? new Map(),
      afterScores.get(summary.metric) ?? new Map(),
      groups,
    );
    return own ? [{ summary, own, pairs }] : [];
  });
  const paired = shared.filter(({ pairs }) => pairs.length > 0);
  const differences = paired.map(({ pairs }) => compareMeans(differencesOf(pairs), { seed: after.plan.seed }));
  const tests = paired.map(({ pairs }, index) => testOf(pairs, differences[index]?.pValue ?? null));
  const known = tests.flatMap(({ pValue }, index) => (pValue === null ? [] : [{ pValue, index }]));
  const adjusted = new Map(
    holm(known.map(({ pValue }) => pValue)).map((value, rank) => [known[rank]?.index ?? -1, value]),
  );
  const rows = new Map(
    paired.map(({ summary, pairs }, index) => {
      const { difference: delta = null, interval = null, standardError = 0 } = differences[index] ?? {};
      const adjustedPValue = adjusted.get(index) ?? null;
      return [
        summary.metric,
        {
          ...described(summary),
          pairs: pairs.length,
          before: meanOf(pairs.map((pair) => pair.before)),
          after: meanOf(pairs.map((pair) => pair.after)),
          delta,
          interval,
          pValue: tests[index]?.pValue ?? null,
          adjustedPValue,
          minimumDetectable: standardError > 0 ? minimumDetectableEffect(standardError) : null,
          flips: tests[index]?.flips ?? null,
          verdict: verdictOf(summary.better, delta, adjustedPValue),
        } satisfies MetricComparison,
      ];
    }),
  );
  return shared.map(({ summary, own }) => rows.get(summary.metric) ?? compareFigures(summary, own));
}

function described({ metric, group, better, unit }: MetricSummary) {
  return { metric, group, better, unit };
}

/** A metric that has one value for a whole run, or no case in common. */
function compareFigures(after: MetricSummary, before: MetricSummary): MetricComparison {
  return {
    ...described(after),
    pairs: 0,
    before: before.value,
    after: after.value,
    delta: before.value === null || after.value === null ? null : after.value - before.value,
    interval: null,
    pValue: null,
    adjustedPValue: null,
    minimumDetectable: null,
    flips: null,
    verdict: 'not shown',
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
