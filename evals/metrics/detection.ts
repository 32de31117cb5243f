/** A scored case of a yes-or-no judgement; a higher score says "positive". */
export interface ScoredCase {
  readonly score: number;
  readonly positive: boolean;
}

/**
 * Area under the precision-recall curve as average precision: sum over the distinct scores, highest first, of precision times the gain in
 * recall, in [0, 1]; cases of one score come in together. Null without a positive. Source: scikit-learn's average_precision_score.
 */
export function auprc(cases: readonly ScoredCase[]): number | null {
  const positives = cases.filter(({ positive }) => positive).length;
  if (positives === 0) return null;
  const sorted = cases.toSorted((one, other) => other.score - one.score);
  let found = 0;
  let area = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    let gained = 0;
    for (; end < sorted.length && sorted[end]?.score === sorted[start]?.score; end += 1)
      gained += sorted[end]?.positive ? 1 : 0;
    found += gained;
    area += (gained / positives) * (found / end);
    start = end;
  }
  // Sums of fractions may go past 1 in the last digit.
  return Math.min(1, area);
}

/** Harmonic mean of precision and recall of "score above `threshold`", in [0, 1]; null without a positive. */
export function f1(cases: readonly ScoredCase[], threshold: number): number | null {
  const positives = cases.filter(({ positive }) => positive).length;
  if (positives === 0) return null;
  const flagged = cases.filter(({ score }) => score > threshold);
  const hits = flagged.filter(({ positive }) => positive).length;
  return (2 * hits) / (flagged.length + positives);
}
