/**
 * Holm's adjusted p-values, in the order given: the i-th smallest of m times m - i + 1, at least the one before it, at most 1. What stays below
 * .05 is told apart with a chance of at most .05 that any of them is none. Source: Holm 1979.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((one, other) => (pValues[one] ?? 0) - (pValues[other] ?? 0));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, place] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues[place] ?? 0) * (pValues.length - rank)));
    adjusted[place] = largest;
  }
  return adjusted;
}
