/**
 * Two-sided exact p-value of McNemar's test in (0, 1]: of the pairs that differ, how likely a split as uneven as `fixed` to `broken` is when both
 * ways are as likely, 2 P(X ≤ min) for X binomial with one half, at most 1. 1 where no pair differs. Source: McNemar 1947, exact form; the same
 * as scipy.stats.binomtest(fixed, fixed + broken).
 */
export function exactMcNemar(fixed: number, broken: number): number {
  const all = fixed + broken;
  const least = Math.min(fixed, broken);
  let logTerm = -all * Math.LN2;
  let below = 0;
  for (let count = 0; count <= least; count += 1) {
    below += Math.exp(logTerm);
    logTerm += Math.log((all - count) / (count + 1));
  }
  return Math.min(1, 2 * below);
}
