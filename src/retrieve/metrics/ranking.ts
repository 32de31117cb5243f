/**
 * Retrieval metrics over one question. `ranked` holds record ids, best first, each at most once; `grades` the judged relevance by id
 * (0 and absent are not relevant). Every metric is in [0, 1] and null when nothing is relevant.
 */
export type Grades = ReadonlyMap<string, number>;

/** Ids with a grade above 0. */
export function relevantOf(grades: Grades): Set<string> {
  return new Set([...grades].filter(([, grade]) => grade > 0).map(([id]) => id));
}

/** |relevant in the first k| / |relevant|. */
export function recallAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const gold = relevantOf(grades);
  return gold.size === 0 ? null : ranked.slice(0, k).filter((id) => gold.has(id)).length / gold.size;
}

/** 1 when every relevant record is among the first k, else 0: what a question over several documents needs. */
export function allHitAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const recall = recallAt(k, ranked, grades);
  return recall === null ? null : Number(recall === 1);
}

/** 1 / rank of the first relevant record, 0 when there is none among the first k. */
export function reciprocalRankAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const gold = relevantOf(grades);
  if (gold.size === 0) return null;
  const position = ranked.slice(0, k).findIndex((id) => gold.has(id));
  return position < 0 ? 0 : 1 / (position + 1);
}

/** What a document of a grade of at least 0 is worth; of 0 nothing. */
export type Gain = (grade: number) => number;

/** The gain of trec_eval and BEIR. */
const linear: Gain = (grade) => grade;

/**
 * Normalised discounted cumulative gain: sum of gain(grade) / log2(rank + 1) over the first k divided by that of the best possible order.
 * Source: Järvelin and Kekäläinen 2002, with linear gain.
 */
export function ndcgAt(k: number, ranked: readonly string[], grades: Grades, gain = linear): number | null {
  const ideal = discountedGain(
    [...grades.values()]
      .filter((grade) => grade > 0)
      .sort((one, other) => other - one)
      .slice(0, k)
      .map(gain),
  );
  if (ideal === 0) return null;
  return discountedGain(ranked.slice(0, k).map((id) => gain(Math.max(0, grades.get(id) ?? 0)))) / ideal;
}

function discountedGain(gains: readonly number[]): number {
  return gains.reduce((total, gain, index) => total + gain / Math.log2(index + 2), 0);
}
