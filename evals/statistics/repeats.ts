/** Answers to one case: how many there are, and how many of them pass. */
export interface Passes {
  readonly passed: number;
  readonly count: number;
}

/** Share of the cases of which some answers pass and some do not, in [0, 1]; null without a case of several answers. */
export function flipRate(cases: readonly Passes[]): number | null {
  const repeated = cases.filter(({ count }) => count > 1);
  const flipped = repeated.filter(({ passed, count }) => passed > 0 && passed < count);
  return repeated.length > 0 ? flipped.length / repeated.length : null;
}

/**
 * pass@k: the mean over cases of 1 - C(n - c, k) / C(n, k), the chance that any of k of a case's n answers passes when c do, in [0, 1]. Cases with fewer
 * than k answers are left out; null without others. Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code".
 */
export function passAt(k: number, cases: readonly Passes[]): number | null {
  return meanOver(k, cases, ({ passed, count }) => 1 - chosenShare(count - passed, count, k));
}

/**
 * pass^k: the mean over cases of C(c, k) / C(n, k), the chance that all of k of a case's n answers pass when c do, in [0, 1]; otherwise as pass@k. Source:
 * Yao et al. 2024, "τ-bench".
 */
export function passAll(k: number, cases: readonly Passes[]): number | null {
  return meanOver(k, cases, ({ passed, count }) => chosenShare(passed, count, k));
}

function meanOver(k: number, cases: readonly Passes[], chance: (passes: Passes) => number): number | null {
  const enough = cases.filter(({ count }) => count >= k);
  return enough.length > 0 ? enough.reduce((sum, one) => sum + chance(one), 0) / enough.length : null;
}

/** C(some, k) / C(all, k). */
function chosenShare(some: number, all: number, k: number): number {
  let share = 1;
  for (let drawn = 0; drawn < k; drawn += 1) share *= Math.max(0, some - drawn) / (all - drawn);
  return share;
}
