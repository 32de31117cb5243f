/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting one half, in [0, 1].
 * Computed by ranks (Mann-Whitney U). Null when one of the classes is empty.
 */
export function auroc(cases: readonly { score: number; positive: boolean }[]): number | null {
  const sorted = [...cases].sort((one, other) => one.score - other.score);
  const positives = cases.filter((entry) => entry.positive).length;
  const negatives = cases.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end += 1;
    const meanRank = (start + 1 + end) / 2;
    rankSum += meanRank * sorted.slice(start, end).filter((entry) => entry.positive).length;
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
