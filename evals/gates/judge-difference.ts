import { differencesOf, pairScores } from '../compare/pair-scores.ts';
import { compareMeans } from '../statistics/compare-means.ts';
import type { MetricSummary } from '../summary.ts';
import { type Evidence, findFlaw, findMetric } from './evidence.ts';
import type { Gate } from './parse-gate.ts';
import { formatFigure, holds, invalid, passedIf, type Verdict } from './verdict.ts';

/**
 * Judges the mean difference, run minus baseline, over the cases that have a value in both. Without a confidence the difference itself is
 * held against the limit. With one, `delta(m) >= L @ C` fails only where the whole interval lies below L, that is where a drop below L is
 * shown; `lower(delta(m)) >= L @ C` passes only where the whole interval lies at or above L (no worse by more than -L is shown).
 */
export function judgeDifference(gate: Gate, summary: MetricSummary, evidence: Evidence): Verdict {
  const { run, baseline, maxErrorRate, scores, baselineScores, groups } = evidence;
  const { metric, tag, comparison, limit, confidence } = gate;
  if (!baseline) return invalid('There is no baseline to compare with.');
  if (baseline.plan.dataset.hash !== run.plan.dataset.hash) return invalid('The baseline was asked other cases.');
  const earlier = findMetric(gate, baseline);
  if (typeof earlier === 'string') return invalid(`In the baseline: ${earlier}`);
  const flaw = findFlaw(earlier, maxErrorRate);
  if (flaw !== null) return invalid(`In the baseline: ${flaw}`);
  if (isGuardOfNothing(comparison, summary.better))
    return invalid(`Of ${metric} ${summary.better} is better, so that this gate lets every loss pass: turn it around.`);
  const pairs = pairScores(metric, { before: baselineScores, after: scores, groups }, tag);
  const compared = compareMeans(differencesOf(pairs), {
    seed: run.plan.seed,
    ...(confidence === null ? {} : { confidence }),
  });
  if (!compared) return judgeFigures(gate, summary, earlier);
  const { difference: delta, interval } = compared;
  const at = interval ? ` [${formatFigure(interval[0])}, ${formatFigure(interval[1])}]` : '';
  const detail = `${metric} changed by ${formatFigure(delta)}${at} over ${pairs.length} cases.`;
  if (confidence === null) return passedIf(holds(delta, comparison, limit), detail);
  if (!interval) return invalid(`${detail} So few cases, or source documents, give no interval.`);
  return passedIf(holds(interval[boundOf(gate)], comparison, limit), detail);
}

/** A loss must be shown: what speaks for the gate decides, unless it names the bound. */
function boundOf({ measure, comparison }: Gate): 0 | 1 {
  if (measure === 'delta') return comparison.startsWith('>') ? 1 : 0;
  return measure === 'lower' ? 0 : 1;
}

/** A metric of the whole run has no pairs of cases. */
function judgeFigures(
  { metric, comparison, limit, confidence }: Gate,
  after: MetricSummary,
  before: MetricSummary,
): Verdict {
  if (after.value === null || before.value === null) return invalid(`No case has a value of ${metric} in both runs.`);
  if (confidence !== null)
    return invalid(`${metric} has one value for the run, and so no interval of a difference: leave \`@\` out.`);
  const delta = after.value - before.value;
  return passedIf(holds(delta, comparison, limit), `${metric} changed by ${formatFigure(delta)}.`);
}

function isGuardOfNothing(comparison: Gate['comparison'], better: MetricSummary['better']): boolean {
  return (better === 'lower' && comparison.startsWith('>')) || (better === 'higher' && comparison.startsWith('<'));
}
