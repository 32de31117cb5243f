import type { CaseGroups, CaseScore } from '../reports/case-scores.ts';
import type { Observation } from '../statistics/resample.ts';

/** A case with a value of a metric in both runs. */
export interface Pair {
  readonly id: string;
  readonly cluster: string;
  readonly before: number;
  readonly after: number;
}

/** The cases that have a value in both runs, in the order of the second one. Tags and clusters are those of the second run. */
export function pairScores(
  before: ReadonlyMap<string, CaseScore>,
  after: ReadonlyMap<string, CaseScore>,
  groups: ReadonlyMap<string, CaseGroups>,
  tag: string | null = null,
): Pair[] {
  return [...after].flatMap(([id, { mean }]) => {
    const earlier = before.get(id)?.mean ?? null;
    const group = groups.get(id);
    if (mean === null || earlier === null || !group || (tag !== null && !group.tags.includes(tag))) return [];
    return [{ id, cluster: group.cluster, before: earlier, after: mean }];
  });
}

/** Of each pair, after minus before. */
export function differencesOf(pairs: readonly Pair[]): Observation[] {
  return pairs.map(({ before, after, cluster }) => ({ value: after - before, cluster }));
}
