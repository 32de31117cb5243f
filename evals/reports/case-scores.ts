import { clusterOf } from '../statistics/cluster-of.ts';
import type { Run, RunFiles } from './read-run.ts';

/** A metric over the repeats of one case. */
export interface CaseScore {
  readonly ok: number;
  readonly errors: number;
  /** Of the cells that are ok; null without any, as `min` and `max`. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** By metric, then by id of the case. */
export type CaseScores = ReadonlyMap<string, ReadonlyMap<string, CaseScore>>;

interface Tally {
  ok: number;
  errors: number;
  sum: number;
  min: number;
  max: number;
}

/** Reads the cells of a run once and folds the repeats of each case; `metrics` says of which metrics, all where it is left out. */
export async function readCaseScores(
  run: Pick<RunFiles, 'cells'>,
  metrics?: { has(metric: string): boolean },
): Promise<CaseScores> {
  const tallies = new Map<string, Map<string, Tally>>();
  for await (const cell of run.cells()) {
    if (metrics && !metrics.has(cell.metric)) continue;
    const cases = tallies.get(cell.metric) ?? new Map<string, Tally>();
    tallies.set(cell.metric, cases);
    const tally = cases.get(cell.case) ?? { ok: 0, errors: 0, sum: 0, min: Infinity, max: -Infinity };
    cases.set(cell.case, tally);
    if (cell.status === 'error') tally.errors += 1;
    if (cell.status !== 'ok' || cell.value === null) continue;
    tally.ok += 1;
    tally.sum += cell.value;
    tally.min = Math.min(tally.min, cell.value);
    tally.max = Math.max(tally.max, cell.value);
  }
  return new Map(
    [...tallies].map(([metric, cases]) => [metric, new Map([...cases].map(([id, tally]) => [id, fold(tally)]))]),
  );
}

function fold({ ok, errors, sum, min, max }: Tally): CaseScore {
  return ok === 0 ? { ok, errors, mean: null, min: null, max: null } : { ok, errors, mean: sum / ok, min, max };
}

/** What of a case decides with which others it stands. */
export interface CaseGroups {
  readonly tags: readonly string[];
  /** Cases with the same one are not independent of each other; a case that names none stands alone. */
  readonly cluster: string;
}

/** Tags and cluster of each case, by its id. */
export async function readCaseGroups(run: Pick<Run, 'cases'>): Promise<ReadonlyMap<string, CaseGroups>> {
  const groups = new Map<string, CaseGroups>();
  for await (const asked of run.cases())
    groups.set(asked.id, { tags: asked.tags, cluster: clusterOf(asked) ?? `case ${asked.id}` });
  return groups;
}
