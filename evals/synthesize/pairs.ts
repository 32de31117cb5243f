import type { Random } from '../../src/domain/random.ts';
import { analyze } from '../../src/models/sparse/analyze.ts';
import { type Fact, lowerFirst } from './facts.ts';

/** Two facts of different documents that have something in common, and one question that needs both. */
export interface FactPair {
  readonly facts: readonly [Fact, Fact];
  readonly question: string;
}

/** A term that more documents have connects nothing. */
const mostDocuments = 5;

/** Pairs by a rare term that both facts ask about, each fact at most once, in a random order. */
export function pairFacts(facts: readonly Fact[], random: Random): FactPair[] {
  const asked = facts.filter(({ subject }) => subject !== null);
  const byTerm = new Map<string, Fact[]>();
  for (const fact of asked)
    for (const term of new Set(analyze(`${fact.subject} ${fact.attribute}`).map(({ text }) => text)))
      byTerm.set(term, [...(byTerm.get(term) ?? []), fact]);
  const used = new Set<Fact>();
  const pairs: FactPair[] = [];
  const lists = [...byTerm.values()].filter((list) => {
    const documents = new Set(list.map(({ passage }) => passage.document.id)).size;
    return documents >= 2 && documents <= mostDocuments;
  });
  for (const list of shuffle(lists, random)) {
    const [first, ...rest] = shuffle(
      list.filter((fact) => !used.has(fact)),
      random,
    );
    const second = rest.find((fact) => fact.passage.document.id !== first?.passage.document.id);
    if (!first || !second) continue;
    used.add(first).add(second);
    pairs.push({
      facts: [first, second],
      question: `${first.question.replace(/\?$/, '')}, and ${lowerFirst(second.question)}`,
    });
  }
  return pairs;
}

/** Fisher and Yates; the list itself stays. */
export function shuffle<T>(list: readonly T[], random: Random): T[] {
  const shuffled = [...list];
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = random.integer(0, at);
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
