import { noScores, readCaseGroups, readCaseScores } from '../reports/case-scores.ts';
import type { GateResult, MetricSummary, RunSummary } from '../summary.ts';
import { type Evidence, findFlaw, findMetric, type JudgedRun } from './evidence.ts';
import { judgeDifference } from './judge-difference.ts';
import { type Gate, parseGate } from './parse-gate.ts';
import { formatFigure, formatShare, holds, invalid, passedIf, type Verdict } from './verdict.ts';

export interface GateInput {
  readonly run: JudgedRun;
  readonly baseline?: JudgedRun | null;
  readonly maxErrorRate?: number;
}

/**
 * Judges gates in the grammar of `parseGate`. A gate whose metric the run does not have, that has no cell with a value, or of whose cells
 * a larger share are errors than `errorRate <= …` among the gates allows (0 without that gate), is invalid and never passed; so is one
 * about a difference without a baseline, or with one of other cases. `maxErrorRate` of the suite allows errors as that gate does. Throws INVALID_REQUEST for a gate that cannot be read.
 */
export async function judgeGates(
  gates: readonly string[],
  { run, baseline = null, maxErrorRate = 0 }: GateInput,
): Promise<GateResult[]> {
  const parsed = gates.map(parseGate);
  const aboutCells = parsed.filter(({ kind }) => kind === 'case' || kind === 'invariant' || kind === 'baseline');
  const metrics = new Set(aboutCells.map(({ metric }) => metric));
  const isDifference = parsed.some(({ kind }) => kind === 'baseline');
  const evidence: Evidence = {
    run,
    baseline,
    maxErrorRate: allowedErrorShare(gates, maxErrorRate),
    scores: metrics.size > 0 ? await readCaseScores(run, metrics) : noScores,
    groups: metrics.size > 0 ? await readCaseGroups(run) : new Map(),
    baselineScores: isDifference && baseline ? await readCaseScores(baseline, metrics) : noScores,
  };
  return parsed.map((gate) => ({ gate: gate.text, kind: gate.kind, ...judge(gate, evidence) }));
}

/** Share of answers, and of the cells of a metric, that may be errors: the largest that the suite or an `errorRate` gate allows. */
export function allowedErrorShare(gates: readonly string[], maxErrorRate = 0): number {
  const limits = gates.map(parseGate).flatMap(({ kind, limit }) => (kind === 'errors' ? [limit] : []));
  return Math.max(maxErrorRate, ...limits);
}

/** Exit code of a run by its gates: 2 where one is invalid, 4 where one failed, else 0. */
export function exitCodeOfGates(results: readonly Pick<GateResult, 'passed' | 'invalid'>[]): 0 | 2 | 4 {
  if (results.some(({ invalid }) => invalid)) return 2;
  return results.every(({ passed }) => passed) ? 0 : 4;
}

/** Exit code of a run: 2 where it is invalid, 3 at the end of its budget, 130 where it was interrupted, else that of its gates. */
export function exitCodeOfRun({ state, gates }: Pick<RunSummary, 'state' | 'gates'>): number {
  return state === 'complete' ? exitCodeOfGates(gates) : { invalid: 2, budget: 3, interrupted: 130 }[state];
}

function judge(gate: Gate, evidence: Evidence): Verdict {
  if (gate.kind === 'errors') return judgeErrors(gate, evidence);
  const summary = findMetric(gate, evidence.run);
  if (typeof summary === 'string') return invalid(summary);
  const flaw = findFlaw(summary, evidence.maxErrorRate);
  if (flaw !== null) return invalid(flaw);
  if (gate.kind === 'baseline') return judgeDifference(gate, summary, evidence);
  if (gate.kind === 'case' || gate.kind === 'invariant') return judgeCases(gate, summary, evidence);
  return judgeFigure(gate, summary);
}

function judgeErrors(gate: Gate, { run }: Evidence): Verdict {
  const answers = run.summary.cases * run.summary.repeats;
  if (answers === 0) return invalid('Nothing was asked.');
  const { errors } = run.summary;
  const detail = `${errors} of ${answers} answers are errors (${formatShare(errors / answers)}).`;
  return holds(errors / answers, gate.comparison, gate.limit) ? passedIf(true, detail) : invalid(detail);
}

function judgeFigure({ measure, comparison, limit }: Gate, summary: MetricSummary): Verdict {
  const { metric, value, interval, percentiles, ok, na, errors } = summary;
  const figure = measure === 'p50' || measure === 'p90' || measure === 'p95' || measure === 'p99' ? measure : null;
  const found = figure === null ? value : (percentiles?.[figure] ?? null);
  if (found === null) return invalid(`${metric} has no percentiles: these are of times, tokens and dollars.`);
  const within = figure === null && interval ? ` [${formatFigure(interval[0])}, ${formatFigure(interval[1])}]` : '';
  const detail = `${figure ? `${figure} of ` : ''}${metric} is ${formatFigure(found)}${within} (${ok} ok, ${na} na, ${errors} errors).`;
  return passedIf(holds(found, comparison, limit), detail);
}

/** Holds for every cell: the smallest, the largest, or 0 for all. */
function judgeCases(gate: Gate, summary: MetricSummary, { scores, groups }: Evidence): Verdict {
  const { metric, comparison, limit, tag } = gate;
  const found = scores.ids.flatMap((id) => {
    const { min = null, max = null } = scores.score(metric, id) ?? {};
    if (min === null || max === null || (tag !== null && !groups.get(id)?.tags.includes(tag))) return [];
    return [{ id, broken: [min, max].find((value) => !holds(value, comparison, limit)) }];
  });
  if (found.length === 0)
    return gate.kind === 'invariant' && summary.value !== null
      ? passedIf(summary.value === 0, `${metric} is ${formatFigure(summary.value)} over the run.`)
      : invalid(`${metric} has one value for the run and none for its cases.`);
  const broken = found.flatMap(({ id, broken: value }) => (value === undefined ? [] : [{ id, value }]));
  const detail = `${broken.length} of ${found.length} cases break it${describeWorst(broken, comparison)}.`;
  return { ...passedIf(broken.length === 0, detail), cases: broken.map(({ id }) => id) };
}

function describeWorst(broken: readonly { id: string; value: number }[], comparison: string): string {
  const sign = comparison.startsWith('>') ? 1 : -1;
  const worst = [...broken].sort((one, other) => sign * (one.value - other.value))[0];
  return worst ? `, the worst ${worst.id} with ${formatFigure(worst.value)}` : '';
}
