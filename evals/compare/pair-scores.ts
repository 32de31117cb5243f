import type { CaseGroups, CaseScores } from '../reports/case-scores.ts';
import type { Observation } from '../statistics/resample.ts';

/** A case with a value of a metric in both runs. */
export interface Pair {
  readonly id: string;
  readonly cluster: string;
  readonly before: number;
  readonly after: number;
}

/** Two runs, case by case; tags and clusters are those of the second one. */
export interface PairedRuns {
  readonly before: CaseScores;
  readonly after: CaseScores;
  readonly groups: ReadonlyMap<string, CaseGroups>;
}

/** The cases that have a value of the metric in both runs, in the order of the second one. */
export function pairScores(metric: string, { before, after, groups }: PairedRuns, tag: string | null = null): Pair[] {
  return after.ids.flatMap((id) => {
    const mean = after.score(metric, id)?.mean ?? null;
    const earlier = before.score(metric, id)?.mean ?? null;
    const group = groups.get(id);
    if (mean === null || earlier === null || !group || (tag !== null && !group.tags.includes(tag))) return [];
    return [{ id, cluster: group.cluster, before: earlier, after: mean }];
  });
}

/** Of each pair, after minus before. */
export function differencesOf(pairs: readonly Pair[]): Observation[] {
  return pairs.map(({ before, after, cluster }) => ({ value: after - before, cluster }));
}
