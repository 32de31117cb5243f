import { profileOf, saysTheSame, type TextProfile } from '../../src/retrieve/near-duplicates.ts';
import type { EvalCase } from '../case.ts';

interface Seen {
  readonly id: string;
  readonly line: number;
  readonly profile: TextProfile;
}

/** Of so many distinct words, one of the first `prefixOf` is common to any two texts that have nine tenths in common. */
const prefixOf = (words: number) => words - Math.ceil(0.9 * words) + 1;
/** A question is compared with so many of those that begin alike, the latest, so that a large set made by templates takes no square of its size. */
const mostCompared = 2000;

/**
 * Finds questions that say the same as an earlier one (nine tenths of their words, the same numbers and negations in their order) after the same
 * history and by the same asker. Compares only questions with the same numbers that share one of their first words in the order of the hashes, which all such pairs do.
 */
export function createSimilarQuestions(): (given: EvalCase, line: number) => Pick<Seen, 'id' | 'line'> | null {
  const seen = new Map<string, Seen[]>();
  return ({ id, question, history, tenant, groups }, line) => {
    const profile = profileOf(question, null);
    const { words, numbers } = profile;
    const context = [tenant, ...groups, ...history.map((turn) => turn.question)].join('\n');
    const firstWords = words.length === 0 ? [0] : [...words.subarray(0, prefixOf(words.length))];
    const lists = firstWords.map((word) => {
      const key = `${numbers} ${word} ${context}`;
      const list = seen.get(key) ?? [];
      seen.set(key, list);
      return list;
    });
    const isSame = (other: Seen) => saysTheSame(other.profile, profile, { versionsMatter: true });
    const found = lists
      .flatMap((list) => list.slice(-mostCompared).find(isSame) ?? [])
      .sort((one, other) => one.line - other.line)[0];
    for (const list of lists) list.push({ id, line, profile });
    return found ?? null;
  };
}
