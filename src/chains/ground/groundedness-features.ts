import { wordsOf } from '../../models/sparse/words-of.ts';
import type { ContentTerm, TermWeights } from '../evidence/term-weights.ts';
import { type BestPieces, bestPieces } from './best-pieces.ts';
import type { PlacedWords } from './placed-words.ts';
import { missingQuantities, quantitiesOf } from './quantities.ts';
import type { Evidence } from './read-evidence.ts';
import { unknownNames } from './unknown-names.ts';

/**
 * What speaks against a sentence, each from 0 to 1, and 0 for one that stands in the evidence word for word; none grows with the length alone.
 * Words weigh by their inverse document frequency + 2. `uncovered` share of content words that the best two pieces lack · `longestGap` share
 * of the longest run that stands nowhere · `brokenPairs` share of neighbouring words that are not neighbours there · `otherWords` share of all
 * words, unweighted, that the best two lack · `unknownNames` capitalised words that stand nowhere, three or more count as 1 · `wrongNumber` whether
 * a number with its unit is missing, `wrongNumbers` the share that is · `asks` whether it asks where the best two do not.
 */
export const groundednessFeatures = [
  'uncovered',
  'longestGap',
  'brokenPairs',
  'otherWords',
  'unknownNames',
  'wrongNumber',
  'wrongNumbers',
  'asks',
] as const;
export type FeatureName = (typeof groundednessFeatures)[number];
export type Features = Readonly<Record<FeatureName, number>>;

/** A sentence that is to be supported. */
export interface Claim {
  /** Without citation marks and list marks. */
  readonly text: string;
  /** Content words in order, without those of `given` that the evidence lacks. */
  readonly terms: readonly ContentTerm[];
  /** The distinct ones with their weights. */
  readonly wanted: ReadonlyMap<string, number>;
  /** Texts beside the evidence whose names are no inventions. */
  readonly named: readonly string[];
}

/** Added to each term's weight: in a small collection one unseen word would outweigh all others. */
const leastWeight = 2;
const mostNames = 3;
const citations = /\[\d+(?:\s*,\s*\d+)*\]/g;
const listMark = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+/;

export interface ClaimSources {
  readonly evidence: Evidence;
  /** Words that neither count for nor against. */
  readonly given: readonly string[];
  /** Its words count, its names are no inventions. */
  readonly question?: string;
  readonly weights: TermWeights;
}

export function readClaim(sentence: string, { evidence, given, question = '', weights }: ClaimSources): Claim {
  const text = sentence.replace(citations, ' ').replace(listMark, '');
  const free = new Set(given.flatMap((other) => [...weights.weighted(other).keys()]));
  const terms = weights.terms(text).filter((term) => evidence.terms.has(term.text) || !free.has(term.text));
  const weightOf = weights.weighted(text);
  const wanted = new Map(terms.map((term) => [term.text, (weightOf.get(term.text) ?? 0) + leastWeight]));
  return { text, terms, wanted, named: [...given, question] };
}

export function featuresOf(claim: Claim, evidence: Evidence): Features {
  const best = bestPieces(claim.wanted, evidence);
  const words = wordsOf(claim.text);
  const numbers = quantitiesOf(claim.text);
  const wrong = missingQuantities(numbers, evidence.quantities).length;
  const names = unknownNames(claim.text, [evidence.text, ...claim.named]).length;
  return {
    uncovered: best.lacking,
    longestGap: longestGap(claim, evidence.terms),
    brokenPairs: brokenPairs(words, evidence.words),
    otherWords: otherWords(words, best),
    unknownNames: Math.min(names, mostNames) / mostNames,
    wrongNumber: wrong > 0 ? 1 : 0,
    wrongNumbers: numbers.length > 0 ? wrong / numbers.length : 0,
    asks: claim.text.includes('?') && !best.pieces.some(({ text }) => text.includes('?')) ? 1 : 0,
  };
}

function longestGap({ terms, wanted }: Claim, known: PlacedWords): number {
  let total = 0;
  let run = 0;
  let longest = 0;
  for (const { text } of terms) {
    const weight = wanted.get(text) ?? 0;
    total += weight;
    run = known.has(text) ? 0 : run + weight;
    longest = Math.max(longest, run);
  }
  return total > 0 ? longest / total : 0;
}

function otherWords(words: readonly string[], { pieces }: BestPieces): number {
  const known = new Set(pieces.flatMap((piece) => piece.words));
  return words.length > 0 ? words.filter((word) => !known.has(word)).length / words.length : 0;
}

/** Share of words whose next one never follows them in the evidence; a lone word counts by whether it stands there. */
function brokenPairs(words: readonly string[], known: PlacedWords): number {
  if (words.length < 2) return words.filter((word) => !known.has(word)).length;
  const isFollowed = (word: string, index: number) => {
    const next = words[index + 1];
    return next !== undefined && known.follows(word, next);
  };
  return 1 - words.filter(isFollowed).length / (words.length - 1);
}
