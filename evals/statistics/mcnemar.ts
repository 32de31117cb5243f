/**
 * Two-sided p-value of the exact McNemar test: with `gained` cases that pass in the second run only and `lost` in the first only, twice the probability of
 * at most the smaller of both out of gained + lost throws of a fair coin, at most 1. Source: McNemar 1947; exact by the binomial.
 */
export function mcnemarExact(gained: number, lost: number): number {
  const total = gained + lost;
  const least = Math.min(gained, lost);
  if (gained === lost) return 1;
  // The largest term comes first, each one before it is a share of the one behind it.
  let logTerm = -total * Math.LN2;
  for (let chosen = 1; chosen <= least; chosen += 1) logTerm += Math.log((total - chosen + 1) / chosen);
  let ratio = 1;
  let sum = 1;
  for (let chosen = least; chosen > 0 && ratio > sum * 1e-17; chosen -= 1) {
    ratio *= chosen / (total - chosen + 1);
    sum += ratio;
  }
  return Math.min(1, 2 * Math.exp(logTerm) * sum);
}
