import type { Interval } from './bca.ts';
import { normalQuantile } from './distributions.ts';

/**
 * Wilson's score interval of a share out of `size` yes-or-no values, within [0, 1]. Source: Wilson 1927; it covers what
 * it says close to 0 and 1 too (Brown, Cai and DasGupta 2001).
 */
export function wilsonInterval(share: number, size: number, level: number): Interval {
  const z2 = normalQuantile((1 + level) / 2) ** 2;
  const middle = (share + z2 / (2 * size)) / (1 + z2 / size);
  const reach = Math.sqrt((z2 * share * (1 - share)) / size + (z2 / (2 * size)) ** 2) / (1 + z2 / size);
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}
