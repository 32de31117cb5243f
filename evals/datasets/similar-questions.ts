import { profileOf, saysTheSame, type TextProfile } from '../../src/retrieve/near-duplicates.ts';
import type { EvalCase } from '../case.ts';

interface Seen {
  readonly id: string;
  readonly line: number;
  readonly profile: TextProfile;
}

/** Of so many distinct words, one of the first `rare(n)` is common to any two texts that have nine tenths in common. */
const prefixOf = (words: number) => words - Math.ceil(0.9 * words) + 1;

/**
 * Finds questions that say the same as an earlier one (nine tenths of their words, the same numbers and negations in their order) after the same
 * history. Compares only questions that share one of their first words in the order of the hashes, which all such pairs do.
 */
export function createSimilarQuestions(): (given: EvalCase, line: number) => Pick<Seen, 'id' | 'line'> | null {
  const seen = new Map<string, Seen[]>();
  return ({ id, question, history }, line) => {
    const profile = profileOf(question, null);
    const context = history.map((turn) => turn.question).join('\n');
    const keys = profile.words.length === 0 ? [''] : [...profile.words.subarray(0, prefixOf(profile.words.length))];
    const lists = keys.map((key) => {
      const list = seen.get(`${key} ${context}`) ?? [];
      seen.set(`${key} ${context}`, list);
      return list;
    });
    const found = lists
      .flatMap((list) => list.find((other) => saysTheSame(other.profile, profile, { versionsMatter: true })) ?? [])
      .sort((one, other) => one.line - other.line)[0];
    for (const list of lists) list.push({ id, line, profile });
    return found ?? null;
  };
}
