import type { TermWeights } from '../evidence/term-weights.ts';

/** Content words from one to the other, at most, for two words to stand together. */
const reach = 8;

/**
 * Share of the question's neighbouring content words, by their weights, that stand together in none of the texts, in [0, 1]; 0 of none. `dark` and
 * `mode` may both be found while nothing speaks of a dark mode.
 */
export function pairsApart(question: string, texts: readonly string[], weights: TermWeights): number {
  const wanted = weights.weighted(question);
  const places = texts.map((text) => placesOf(text, wanted, weights));
  const terms = weights.terms(question).map((term) => term.text);
  const pairs = new Map(
    terms.slice(1).flatMap((term, index) => {
      const before = terms[index] ?? '';
      return before === term ? [] : [[`${before} ${term}`, [before, term] as const]];
    }),
  );
  let total = 0;
  let apart = 0;
  for (const [one, other] of pairs.values()) {
    const weight = (wanted.get(one) ?? 0) + (wanted.get(other) ?? 0);
    total += weight;
    if (!places.some((found) => areClose(found.get(one), found.get(other)))) apart += weight;
  }
  return total > 0 ? apart / total : 0;
}

/** Where the wanted terms stand among a text's content words, ascending. */
function placesOf(text: string, wanted: ReadonlyMap<string, number>, weights: TermWeights): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, { text: term }] of weights.terms(text).entries()) {
    if (!wanted.has(term)) continue;
    const known = places.get(term);
    if (known) known.push(index);
    else places.set(term, [index]);
  }
  return places;
}

function areClose(ones: readonly number[] = [], others: readonly number[] = []): boolean {
  return ones.some((one) => others.some((other) => Math.abs(one - other) <= reach));
}
