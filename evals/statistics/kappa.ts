import type { Interval } from './bca.ts';
import { normalQuantile } from './distributions.ts';

export interface Kappa {
  /** In [-1, 1]; 1 for full agreement, 0 for what chance gives. */
  readonly kappa: number;
  /** 95 %, within [-1, 1]. */
  readonly interval: Interval;
  /** Share of equal labels. */
  readonly agreement: number;
}

/**
 * Cohen's kappa of two raters: (p_o - p_e) / (1 - p_e), with the share of equal labels p_o and that which chance gives by the raters' own rates p_e. The
 * interval is by the large-sample standard error. Null without pairs and where both give one and the same label to all. Source: Cohen
 * 1960; Fleiss, Cohen and Everitt 1969 for the error.
 */
export function cohenKappa(pairs: readonly (readonly [string, string])[], level = 0.95): Kappa | null {
  const size = pairs.length;
  const shareOf = (matches: (pair: readonly [string, string]) => boolean) => pairs.filter(matches).length / size;
  const labels = [...new Set(pairs.flat())];
  const first = new Map(labels.map((label) => [label, shareOf(([own]) => own === label)]));
  const second = new Map(labels.map((label) => [label, shareOf(([, own]) => own === label)]));
  const observed = shareOf(([one, other]) => one === other);
  const expected = labels.reduce((sum, label) => sum + (first.get(label) ?? 0) * (second.get(label) ?? 0), 0);
  if (size === 0 || expected === 1) return null;
  const kappa = (observed - expected) / (1 - expected);
  let variance = -((kappa - expected * (1 - kappa)) ** 2);
  for (const label of labels)
    for (const other of labels) {
      const share = shareOf(([one, two]) => one === label && two === other);
      const margins = (second.get(label) ?? 0) + (first.get(other) ?? 0);
      variance +=
        label === other
          ? share * (1 - ((first.get(label) ?? 0) + (second.get(label) ?? 0)) * (1 - kappa)) ** 2
          : share * (margins * (1 - kappa)) ** 2;
    }
  const error = Math.sqrt(Math.max(0, variance) / (size * (1 - expected) ** 2));
  const reach = normalQuantile((1 + level) / 2) * error;
  return { kappa, interval: [Math.max(-1, kappa - reach), Math.min(1, kappa + reach)], agreement: observed };
}
