/** Share of the standard normal distribution below `z`, in [0, 1], to 1e-13 of the smaller tail. Series and continued fraction of erfc. */
export function normalShareBelow(z: number): number {
  return z > 0 ? 1 - normalTail(z) : normalTail(-z);
}

/** For z of at least 0. */
function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let step = 200; step > 0; step -= 1) fraction = step / (z + fraction);
  return density / (z + fraction);
}

/** The `z` below which a share `p` of the standard normal distribution lies; ±Infinity at 0 and 1. */
export function normalQuantile(p: number): number {
  // The upper half mirrors the lower one, whose small tails are exact.
  return p > 0.5 ? -lowerQuantile(normalShareBelow, 1 - p) : lowerQuantile(normalShareBelow, p);
}

/**
 * The `t` below which a share `p` of Student's distribution lies, with a whole number of degrees of freedom of at least 1; ±Infinity at 0 and 1.
 */
export function studentQuantile(p: number, degrees: number): number {
  const below = (t: number) => studentShareBelow(t, degrees);
  return p > 0.5 ? -lowerQuantile(below, 1 - p) : lowerQuantile(below, p);
}

/** Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4, finite sums for whole degrees of freedom. */
function studentShareBelow(t: number, degrees: number): number {
  // So many degrees make no difference to the eighth digit, after the correction of the first order (26.7.8).
  if (degrees > 10_000) return normalShareBelow((t * (1 - 1 / (4 * degrees))) / Math.sqrt(1 + (t * t) / (2 * degrees)));
  const angle = Math.atan(t / Math.sqrt(degrees));
  const squared = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let factor = isOdd ? 2 : 1; factor <= degrees - 3; factor += 2) {
    term *= (squared * factor) / (factor + 1);
    sum += term;
  }
  const between = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + between) / 2;
}

/** For p up to one half: halves the stretch until both ends are the same number. */
function lowerQuantile(shareBelow: (value: number) => number, p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  let low = -1;
  while (shareBelow(low) > p) low *= 2;
  let high = 0;
  for (let middle = low / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (shareBelow(middle) < p) low = middle;
    else high = middle;
  }
  return high;
}
