import { addCell, type CellColumns, emptyColumns } from '../statistics/cell-columns.ts';
import { clusterOf } from '../statistics/cluster-of.ts';
import type { Run, RunFiles } from './read-run.ts';

/** A metric over the repeats of one case. */
export interface CaseScore {
  readonly errors: number;
  /** Of the cells that are ok; null without any, as `min` and `max`. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Scores of a run as columns of numbers: a metric takes some fifty bytes a case. */
export interface CaseScores {
  /** Those that have cells. */
  readonly metrics: readonly string[];
  /** Cases that have cells, in the order of the run. */
  readonly ids: readonly string[];
  /** Null without a cell. */
  score(metric: string, id: string): CaseScore | null;
}

interface ScoreColumns extends CellColumns {
  readonly least: number[];
  readonly most: number[];
}

export const noScores: CaseScores = { metrics: [], ids: [], score: () => null };

/** Reads the cells of a run once and folds the repeats of each case; `metrics` says of which metrics, all where it is left out. */
export async function readCaseScores(
  run: Pick<RunFiles, 'cells'>,
  metrics?: { has(metric: string): boolean },
): Promise<CaseScores> {
  const columns = new Map<string, ScoreColumns>();
  const places = new Map<string, number>();
  for await (const cell of run.cells()) {
    if (metrics && !metrics.has(cell.metric)) continue;
    const place = places.get(cell.case) ?? places.size;
    places.set(cell.case, place);
    const own = columns.get(cell.metric) ?? { ...emptyColumns(), least: [], most: [] };
    columns.set(cell.metric, own);
    addCell(own, cell, place, false);
    const { least, most } = own;
    while (least.length <= place) {
      least.push(Infinity);
      most.push(-Infinity);
    }
    if (cell.status !== 'ok' || cell.value === null) continue;
    least[place] = Math.min(least[place] ?? Infinity, cell.value);
    most[place] = Math.max(most[place] ?? -Infinity, cell.value);
  }
  return {
    metrics: [...columns.keys()],
    ids: [...places.keys()],
    score(metric, id) {
      const [own, place] = [columns.get(metric), places.get(id)];
      return own && place !== undefined ? scoreAt(own, place) : null;
    },
  };
}

function scoreAt({ sums, ok, na, errors, least, most }: ScoreColumns, place: number): CaseScore | null {
  const [counted = 0, failed = 0] = [ok[place], errors[place]];
  if (counted + failed + (na[place] ?? 0) === 0) return null;
  if (counted === 0) return { errors: failed, mean: null, min: null, max: null };
  const [sum = 0, min = 0, max = 0] = [sums[place], least[place], most[place]];
  return { errors: failed, mean: sum / counted, min, max };
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
  // Many cases have the same tags: they share one list.
  const lists = new Map<string, readonly string[]>();
  for await (const asked of run.cases()) {
    const name = JSON.stringify(asked.tags);
    const tags = lists.get(name) ?? asked.tags;
    lists.set(name, tags);
    groups.set(asked.id, { tags, cluster: clusterOf(asked) ?? `case ${asked.id}` });
  }
  return groups;
}
