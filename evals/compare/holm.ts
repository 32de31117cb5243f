/**
 * P-values adjusted for how many there are, in their order: by rising p, the largest so far of (m - rank) p with ranks from 0, at most 1. Held
 * against 0.05, at most one in twenty comparisons of equal runs calls any metric changed. Source: Holm 1979.
 */
export function holmAdjusted(values: readonly number[]): number[] {
  const rising = [...values.entries()].sort(([, one], [, other]) => one - other);
  const adjusted = [...values];
  let largest = 0;
  for (const [rank, [index, value]] of rising.entries()) {
    largest = Math.max(largest, Math.min(1, (values.length - rank) * value));
    adjusted[index] = largest;
  }
  return adjusted;
}
