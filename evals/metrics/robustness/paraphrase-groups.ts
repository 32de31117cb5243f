import type { Answered } from '../../metric.ts';

/**
 * The weighted mean over groups of paraphrases of what `figure` says of a group; groups with one question only, and those of which it says null, are
 * left out. A group counts as often as its answers do on average; null without a group.
 */
export function weighGroups(
  answered: readonly Answered[],
  figure: (group: readonly Answered[]) => number | null,
): (counts: Float64Array) => number | null {
  const places = Map.groupBy(answered.keys(), (place) => answered[place]?.case.paraphrase_of ?? null);
  places.delete(null);
  const groups = [...places.values()].flatMap((own) => {
    const group = own.flatMap((place) => answered[place] ?? []);
    const value = new Set(group.map(({ case: { id } }) => id)).size > 1 ? figure(group) : null;
    return value === null ? [] : [{ own, value }];
  });
  return (counts) => {
    let [sum, total] = [0, 0];
    for (const { own, value } of groups) {
      const count = own.reduce((found, place) => found + (counts[place] ?? 0), 0) / own.length;
      sum += count * value;
      total += count;
    }
    return total > 0 ? sum / total : null;
  };
}
