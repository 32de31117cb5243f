import type { Span } from '../../domain/sentences.ts';
import type { QuestionTerms } from './question-terms.ts';
import { readTerms } from './read-terms.ts';
import type { Occurrence } from './standing-together.ts';

/** Where a passage has the question's terms; arrays are by the term's place in the question, 1 where it stands there. */
export interface PassageMatch {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  readonly windows: readonly Uint8Array[];
  /** By the pair's place: 1 where both terms stand within two words of each other. */
  readonly phrases: Uint8Array;
  /** In the text, ascending. */
  readonly occurrences: readonly Occurrence[];
}

interface MatchedText {
  readonly language: string;
  /** Title and headings. */
  readonly header: string;
  readonly text: string;
  /** Ascending spans of `text`. */
  readonly windows: readonly Span[];
}

/** Words that may lie from one term of a pair to the other. */
const phraseReach = 2;
const farAway = -1_000;

/** Reads header and text once, term by term. */
export function matchPassage({ places, pairs, ids }: QuestionTerms, passage: MatchedText): PassageMatch {
  const header = new Uint8Array(ids.length);
  const body = new Uint8Array(ids.length);
  const windows = passage.windows.map(() => new Uint8Array(ids.length));
  const phrases = new Uint8Array(pairs.length);
  const pairsOf = pairsByTerm(pairs, ids.length);
  const lastSeen = new Int32Array(ids.length).fill(farAway);
  const see = (place: number, word: number) => {
    lastSeen[place] = word;
    for (const { pair, partner } of pairsOf[place] ?? [])
      if (word - (lastSeen[partner] ?? farAway) <= phraseReach) phrases[pair] = 1;
  };
  const count = createWordCounter();
  const headerTerms = readTerms(passage.header, passage.language);
  for (const [at, id] of headerTerms.ids.entries()) {
    const word = count(headerTerms.offsets[at] ?? 0);
    const place = places.get(id);
    if (place === undefined) continue;
    header[place] = 1;
    see(place, word);
  }
  lastSeen.fill(farAway);
  const occurrences: Occurrence[] = [];
  const countInText = createWordCounter();
  let current = 0;
  const terms = readTerms(passage.text, passage.language);
  for (const [at, id] of terms.ids.entries()) {
    const offset = terms.offsets[at] ?? 0;
    const word = countInText(offset);
    const place = places.get(id);
    if (place === undefined) continue;
    while (current < windows.length - 1 && offset >= (passage.windows[current]?.end ?? 0)) current += 1;
    body[place] = 1;
    const window = windows[current];
    if (window) window[place] = 1;
    see(place, word);
    occurrences.push({ place, word });
  }
  return { header, body, windows, phrases, occurrences };
}

interface PairEnd {
  readonly pair: number;
  readonly partner: number;
}

function pairsByTerm(pairs: QuestionTerms['pairs'], terms: number): PairEnd[][] {
  const byTerm: PairEnd[][] = Array.from({ length: terms }, () => []);
  for (const [pair, { first, second }] of pairs.entries()) {
    byTerm[first]?.push({ pair, partner: second });
    byTerm[second]?.push({ pair, partner: first });
  }
  return byTerm;
}

/** Numbers words by where they begin: several terms of one word share its number. */
function createWordCounter(): (offset: number) => number {
  let word = 0;
  let last = -1;
  return (offset) => {
    if (offset !== last) word += 1;
    last = offset;
    return word;
  };
}
