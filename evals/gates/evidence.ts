import type { CaseGroups, CaseScores } from '../reports/case-scores.ts';
import type { Run } from '../reports/read-run.ts';
import type { MetricSummary, RunSummary } from '../summary.ts';
import type { Gate } from './parse-gate.ts';
import { formatShare } from './verdict.ts';

/** A run whose cells are written; its summary says what is known without gates. */
export interface JudgedRun extends Pick<Run, 'plan' | 'cases' | 'cells'> {
  readonly summary: Pick<RunSummary, 'cases' | 'repeats' | 'errors' | 'metrics' | 'tags'>;
}

/** What the gates are held against. Cells are read once for all of them, and only where a gate is about cases. */
export interface Evidence {
  readonly run: JudgedRun;
  readonly baseline: JudgedRun | null;
  /** Largest share of cells of a metric, and of answers, that may be errors. */
  readonly maxErrorRate: number;
  readonly scores: CaseScores;
  readonly groups: ReadonlyMap<string, CaseGroups>;
  readonly baselineScores: CaseScores;
}

/** The gate's metric, over the run or over its tag; else what the run has in its place. */
export function findMetric({ metric, tag }: Gate, { summary }: JudgedRun): MetricSummary | string {
  if (tag !== null && !summary.tags[tag])
    return `No case has the tag ${tag}; there are ${listNames(Object.keys(summary.tags))}.`;
  const all = tag === null ? summary.metrics : (summary.tags[tag] ?? []);
  return (
    all.find((entry) => entry.metric === metric) ??
    `The run has no metric ${metric}; it has ${listNames(all.map((entry) => entry.metric))}.`
  );
}

/** Why a metric may not be judged; null where nothing stands against it. */
export function findFlaw({ metric, value, ok, na, errors }: MetricSummary, maxErrorRate: number): string | null {
  const counts = `${ok} ok, ${na} na, ${errors} errors`;
  const all = ok + na + errors;
  if (errors > maxErrorRate * all)
    return `${errors} of ${all} cells of ${metric} are errors, more than ${formatShare(maxErrorRate)}.`;
  return ok === 0 || value === null ? `${metric} has no value (${counts}).` : null;
}

function listNames(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
