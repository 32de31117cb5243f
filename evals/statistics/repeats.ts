import type { Metric } from '../metric.ts';
import type { RepeatFigures } from '../summary.ts';
import type { CellColumns } from './cell-columns.ts';

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

/**
 * How far the answers to one case differ, over the cases with several `ok` cells; undefined without one. Rates of passing are of metrics of which every
 * value is 0 or 1 and one of them is better; k is the largest number of answers to a case.
 */
export function repeatFigures(
  { better }: Pick<Metric, 'better'>,
  { sums, squares, ok }: Pick<CellColumns, 'sums' | 'squares' | 'ok'>,
  chosen: readonly number[],
): RepeatFigures | undefined {
  const repeated = chosen.filter((place) => (ok[place] ?? 0) > 1);
  if (repeated.length === 0) return undefined;
  const deviations = repeated.map((place) => {
    const [count = 0, sum = 0, square = 0] = [ok[place], sums[place], squares[place]];
    return Math.sqrt(Math.max(0, (square - (sum * sum) / count) / (count - 1)));
  });
  const deviation = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
  const k = repeated.reduce((most, place) => Math.max(most, ok[place] ?? 0), 0);
  // Of values in [0, 1] the squares sum to as much as the values only where each is 0 or 1.
  const isFlag =
    better !== 'none' && chosen.every((place) => isWhole(sums[place] ?? 0) && sums[place] === squares[place]);
  if (!isFlag) return { k, deviation, flipRate: null, passAny: null, passAll: null };
  const passes = chosen.flatMap((place): Passes[] => {
    const [count = 0, sum = 0] = [ok[place], sums[place]];
    return count === 0 ? [] : [{ passed: better === 'higher' ? sum : count - sum, count }];
  });
  return { k, deviation, flipRate: flipRate(passes), passAny: passAt(k, passes), passAll: passAll(k, passes) };
}

const isWhole = Number.isInteger;
