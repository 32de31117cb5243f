import type { Answered } from '../../metric.ts';

/** An answer to one of several questions that ask the same, with what a metric reads of it. */
export interface Paraphrased<Read> {
  readonly group: string;
  /** Id of the case. */
  readonly id: string;
  readonly read: Read;
}

/** Reads the answers to paraphrases, and no others. */
export function ofParaphrases<Read>(read: (answered: Answered) => Read) {
  return (answered: Answered): Paraphrased<Read> | null => {
    const { id, paraphrase_of: group } = answered.case;
    return group === undefined ? null : { group, id, read: read(answered) };
  };
}

/**
 * The weighted mean over groups of paraphrases of what `figure` says of a group; groups with one question only, and those of which it says null, are
 * left out. A group counts as often as its answers do on average; null without a group.
 */
export function weighGroups<Read>(figure: (group: readonly Paraphrased<Read>[]) => number | null) {
  return (answers: readonly (Paraphrased<Read> | null)[]) => {
    const places = Map.groupBy(answers.keys(), (place) => answers[place]?.group ?? null);
    places.delete(null);
    const groups = [...places.values()].flatMap((own) => {
      const group = own.flatMap((place) => answers[place] ?? []);
      const value = new Set(group.map(({ id }) => id)).size > 1 ? figure(group) : null;
      return value === null ? [] : [{ own, value }];
    });
    return (counts: Float64Array): number | null => {
      let [sum, total] = [0, 0];
      for (const { own, value } of groups) {
        const count = own.reduce((found, place) => found + (counts[place] ?? 0), 0) / own.length;
        sum += count * value;
        total += count;
      }
      return total > 0 ? sum / total : null;
    };
  };
}
