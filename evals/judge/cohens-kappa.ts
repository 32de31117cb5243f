/**
 * Cohen's kappa of two raters who say yes or no: (agreement - chance) / (1 - chance), where chance is how often they would agree if each kept
 * his own rate, in [-1, 1]. Null without pairs, and where both always say the same one thing. Source: Cohen 1960.
 */
export function cohensKappa(pairs: readonly (readonly [boolean, boolean])[]): number | null {
  const { length } = pairs;
  if (length === 0) return null;
  const [first, second] = [0, 1].map((rater) => pairs.filter((pair) => pair[rater]).length / length) as [
    number,
    number,
  ];
  const chance = first * second + (1 - first) * (1 - second);
  if (chance === 1) return null;
  return (pairs.filter(([one, other]) => one === other).length / length - chance) / (1 - chance);
}
