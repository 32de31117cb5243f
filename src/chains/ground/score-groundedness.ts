import type { Withholding } from '../../domain/answer.ts';
import { type Span, splitSentences } from '../../domain/sentences.ts';
import { coverage, type TermWeights } from '../evidence/term-weights.ts';
import { contradictedTerm, polarityOf } from './polarity.ts';
import { missingQuantities } from './quantities.ts';

export const groundednessLabels = ['supported', 'partial', 'unsupported'] as const;
export type GroundednessLabel = (typeof groundednessLabels)[number];

export interface Groundedness {
  /** In [0, 1]. */
  readonly score: number;
  readonly label: GroundednessLabel;
  readonly reasons: readonly (
    | 'uncovered-words'
    | 'number-mismatch'
    | 'unknown-name'
    | 'opposite-polarity'
    | 'nothing-to-check'
  )[];
}

export interface GroundednessInput {
  readonly sentence: string;
  /** What is to support it: the quotes that it cites, or the sentences of a context. */
  readonly evidence: readonly string[];
  /** Words that neither count for nor against: the question, titles of the sources. */
  readonly given: readonly string[];
  readonly weights: TermWeights;
}

/** Name of the formula, for records and reports. */
export const groundednessVersion = 'lexical-v1';

const supportedFrom = 0.6;
const partialFrom = 0.5;
/** A wrong number or the opposite polarity is not made good by the other words. */
const cappedScore = 0.35;
const unknownNameFactor = 0.6;
/** Added to each term's weight: in a small collection one unseen word would outweigh all others. */
const leastWeight = 2;

/**
 * `lexical-v1`: the share of the sentence's content words, weighted by inverse document frequency + 2, that stand in the best two
 * pieces of evidence; capped where a number with its unit or the polarity differs, lowered where a name is unknown.
 * Words of `given` that the evidence lacks are left out of the count. The terms' weights must be prepared.
 */
export function scoreGroundedness({ sentence, evidence, given, weights }: GroundednessInput): Groundedness {
  const claim = sentence.replace(/\[\d+(?:\s*,\s*\d+)*\]/g, ' ');
  const all = evidence.join('\n');
  const known = new Set(weights.weighted(all).keys());
  const free = new Set(given.flatMap((text) => [...weights.weighted(text).keys()]));
  const wanted = new Map(
    [...weights.weighted(claim)]
      .filter(([term]) => known.has(term) || !free.has(term))
      .map(([term, weight]) => [term, weight + leastWeight]),
  );
  if (wanted.size === 0) return { score: 0, label: 'unsupported', reasons: ['nothing-to-check'] };
  const reasons: Groundedness['reasons'][number][] = [];
  let score = bestTwo(
    wanted,
    evidence.map((text) => weights.weighted(text)),
  );
  if (score < supportedFrom) reasons.push('uncovered-words');
  if (unknownNames(claim, [all, ...given]).length > 0) {
    reasons.push('unknown-name');
    score *= unknownNameFactor;
  }
  if (missingQuantities(claim, all).length > 0) reasons.push('number-mismatch');
  if (saysOpposite(claim, wanted, { all, weights })) reasons.push('opposite-polarity');
  if (reasons.includes('number-mismatch') || reasons.includes('opposite-polarity'))
    score = Math.min(score, cappedScore);
  return { score, label: labelOf(score), reasons };
}

/** Why strict mode withholds a sentence; null when it may be shown. */
export function withholdingOf({ label, reasons }: Groundedness): Withholding | null {
  if (reasons.includes('number-mismatch')) return 'number-mismatch';
  return label === 'unsupported' ? 'not-supported' : null;
}

function labelOf(score: number): GroundednessLabel {
  if (score >= supportedFrom) return 'supported';
  return score >= partialFrom ? 'partial' : 'unsupported';
}

/**
 * Compares the polarity with the sentences of the evidence that come closest: elsewhere the same word may well stand
 * without its negation, or with one. What no single sentence holds is compared with all of them too.
 */
function saysOpposite(
  claim: string,
  wanted: ReadonlyMap<string, number>,
  { all, weights }: { readonly all: string; readonly weights: TermWeights },
): boolean {
  const own = polarityOf(claim, weights.terms(claim));
  const contradicts = (text: string) => contradictedTerm(own, polarityOf(text, weights.terms(text))) !== null;
  // Rows and headings have no full stop that would part them from the next line.
  const sentences = all.split('\n').flatMap((line) =>
    splitSentences(line).map(({ start, end }) => {
      const text = line.slice(start, end);
      return { text, share: coverage(wanted, weights.weighted(text)) };
    }),
  );
  const best = Math.max(0, ...sentences.map(({ share }) => share));
  const closest = sentences.filter(({ share }) => share === best);
  if (best >= supportedFrom && closest.every(({ text }) => contradicts(text))) return true;
  return best < 1 && contradicts(all);
}

/** Coverage by the best piece of evidence together with the one that adds most to it. */
function bestTwo(wanted: ReadonlyMap<string, number>, pieces: readonly ReadonlyMap<string, number>[]): number {
  let best: ReadonlyMap<string, number> = new Map();
  let bestCoverage = 0;
  for (const piece of pieces) {
    const share = coverage(wanted, piece);
    if (share > bestCoverage) [best, bestCoverage] = [piece, share];
  }
  for (const piece of pieces) {
    const share = coverage(wanted, { has: (term) => best.has(term) || piece.has(term) });
    if (share > bestCoverage) bestCoverage = share;
  }
  return bestCoverage;
}

/** Capitalised words inside the sentence that stand nowhere in the texts, whatever their case there. */
export function unknownNames(sentence: string, texts: readonly string[]): string[] {
  const known = texts.join('\n').toLowerCase();
  return namesOf(sentence)
    .map(({ start, end }) => sentence.slice(start, end))
    .filter((name) => !known.includes(name.toLowerCase().replace(/['’]s$/, '')));
}

/** Words that begin with a capital and not a sentence, and words in capitals. */
function namesOf(sentence: string): Span[] {
  return [...sentence.matchAll(/(?<![.!?:]\s)(?<=\S\s|["'“(])\p{Lu}[\p{L}\p{N}'’-]+|\b\p{Lu}{2,}\b/gu)]
    .filter((match) => match[0] !== 'I')
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
