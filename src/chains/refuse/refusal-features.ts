import type { Retrieval } from '../../retrieve/retrieve.ts';
import { answerTypeOf, holdsAnswerType } from '../evidence/answer-type.ts';
import { headingText, type RankedUnit, type RankedUnits } from '../evidence/rank-units.ts';
import { isUsable } from '../evidence/select-units.ts';
import { coverage, type TermWeights } from '../evidence/term-weights.ts';
import { foldLetters } from '../fold-letters.ts';
import { exactPartsOf, lacksOne, lacksVersion, shareLacking } from './exact-parts.ts';
import { ignoredNegation } from './ignored-negation.ts';
import { lacksSuperlative } from './missing-superlative.ts';
import { hasOpposite } from './opposite-words.ts';
import { pairsApart } from './pairs-apart.ts';

/**
 * What speaks for (-1) and against (1) an answer being in the sources; see `featuresOf`. The fit may not turn a sign round:
 * what holds in one collection by chance would then decide in another.
 */
export const refusalFeatures = {
  answerOdds: -1,
  nearness: -1,
  unitCoverage: -1,
  coverageLead: -1,
  evidenceCoverage: -1,
  pairsApart: 1,
  wordOrder: -1,
  nameMissing: 1,
  nameElsewhere: 1,
  numberMissing: 1,
  numberElsewhere: 1,
  identifierMissing: 1,
  versionMissing: 1,
  answerTypeFar: 1,
  unknownThing: 1,
  negationIgnored: 1,
  oppositeWord: 1,
  superlativeMissing: 1,
  asksToWrite: 1,
} as const;
export type RefusalFeatureName = keyof typeof refusalFeatures;
export const refusalFeatureNames = Object.keys(refusalFeatures) as RefusalFeatureName[];
export type RefusalFeatures = Readonly<Record<RefusalFeatureName, number>>;

/** What a question is judged by: vectors and an answer locator, vectors, or words alone. Each has a fit of its own. */
export const refusalSides = ['located', 'hybrid', 'lexical'] as const;
export type RefusalSide = (typeof refusalSides)[number];

export function mapSides<T>(make: (side: RefusalSide) => T): Record<RefusalSide, T> {
  return { located: make('located'), hybrid: make('hybrid'), lexical: make('lexical') };
}

/** `nearness` needs vectors, `coverageLead` moved other sets the wrong way without. */
const denseFeatureNames: readonly RefusalFeatureName[] = ['nearness', 'coverageLead'];

/** Features that the fit of a side uses. */
export function namesOfSide(side: RefusalSide): readonly RefusalFeatureName[] {
  const without: Readonly<Record<RefusalSide, readonly RefusalFeatureName[]>> = {
    located: [],
    hybrid: ['answerOdds'],
    lexical: ['answerOdds', ...denseFeatureNames],
  };
  return refusalFeatureNames.filter((name) => !without[side].includes(name));
}

export interface RefusalEvidence {
  readonly question: string;
  readonly retrieval: Pick<Retrieval, 'passages'>;
  readonly ranked: RankedUnits;
  readonly weights: TermWeights;
}

const passagesRead = 5;
const unitsRead = 8;
const unitsCompared = 24;
const unitsWithSuperlative = 3;
const lowestCosine = 0.05;
/** Surer than this the answer locator is not to be believed. */
const [leastOdds, mostOdds] = [-12, 8];
/** Turns the distance between two units' scores into about 0 to 1. */
const distanceScale = 3;
const asksWhetherThereIs = /\b(?:is|are) there (?:a|an|any)\b|^\W*(?:do|does|did|can|could|may|will|is|are)\b/i;

const asksToWrite =
  /^\W*(?:(?:please|can you|could you|would you) )*(?:write|draft|compose|translate|generate|recommend|tell me an?|sing|draw|paint)\b/i;

/**
 * Each about 0 to 1, but for the first: the answer locator's logarithmic odds of the unit in which the answer most likely stands (-12 to 8; 0 where
 * it read none). The logarithm of the best passage's and the best unit's cosine together, because a difference says more
 * where both are small (-3 to .7); coverage of the question by the best unit and by all passages, and by how much the best unit's exceeds the
 * mean of the others, because words that stand everywhere say only what the passages are about; share of its neighbouring words that
 * stand together nowhere, and of its words that the best unit has in its order; whether names, numbers, identifiers or versions stand
 * nowhere in them, and the share of names and numbers that stand elsewhere than in the best unit; how far behind the first unit is that
 * holds the kind of thing asked for; how much of a yes-or-no question is not covered; whether it asks for what is not so, for the opposite
 * of what the best unit says, or for an extreme where the best units state none; whether it asks for a text to be written. Units that
 * an answer may not show are no evidence.
 */
export function featuresOf({ question, retrieval, ranked, weights }: RefusalEvidence): RefusalFeatures {
  const units = ranked.units.filter(isUsable);
  const read = retrieval.passages.slice(0, passagesRead);
  const wanted = weights.weighted(question);
  const bodies = read.map((passage) => passage.text);
  const texts = [...read.map(headingText), ...bodies];
  const all = foldLetters(texts.join('\n'));
  const evidence = new Set(texts.flatMap((text) => [...weights.weighted(text).keys()]));
  const evidenceCoverage = coverage(wanted, evidence);
  const parts = exactPartsOf(question);
  const best = bestUnitText(units, retrieval.passages);
  const bestUnitCosine = highest(units.map((unit) => unit.cosine ?? 0));
  // The vector of a passage may still be on its way; those of its units were made for this question.
  const bestCosine = highest(read.map((passage) => passage.dense ?? bestUnitCosine));
  const odds = units.flatMap((unit) => unit.answerOdds ?? []);
  return {
    answerOdds: odds.length === 0 ? 0 : Math.min(mostOdds, Math.max(leastOdds, ...odds)),
    nearness: Math.log(Math.max(lowestCosine, bestCosine + bestUnitCosine)),
    unitCoverage: highest(units.map((unit) => unit.coverage)),
    coverageLead: leadOf(units.slice(0, unitsCompared).map((unit) => unit.coverage)),
    evidenceCoverage,
    pairsApart: pairsApart(question, bodies, weights),
    wordOrder: shareInOrder(termsOf(question, weights), termsOf(units[0]?.shown ?? '', weights)),
    nameMissing: lacksOne(parts.names, all) ? 1 : 0,
    nameElsewhere: shareLacking(parts.names, best.withHeadings),
    numberMissing: lacksOne(parts.numbers, all) ? 1 : 0,
    numberElsewhere: shareLacking(parts.numbers, best.withHeadings),
    identifierMissing: lacksOne(parts.identifiers, all) ? 1 : 0,
    versionMissing: lacksVersion(parts.versions, all) ? 1 : 0,
    answerTypeFar: answerTypeFar(question, units.slice(0, unitsRead)),
    unknownThing: asksWhetherThereIs.test(question) ? 1 - evidenceCoverage : 0,
    negationIgnored: ignoredNegation(question, best.shown, weights),
    oppositeWord: hasOpposite(question, best.shown) ? 1 : 0,
    superlativeMissing: lacksSuperlative(question, best.shownFirst) ? 1 : 0,
    asksToWrite: asksToWrite.test(question) ? 1 : 0,
  };
}

/** The best unit as it reads, with what it stands under, and the first few. */
function bestUnitText(units: readonly RankedUnit[], passages: Retrieval['passages']) {
  const [unit] = units;
  const passage = passages[unit?.passage ?? 0];
  const shown = unit?.shown ?? '';
  const headings = [passage ? headingText(passage) : '', unit?.heading ?? ''];
  const shownFirst = units.slice(0, unitsWithSuperlative).map((each) => each.shown);
  return { shown, shownFirst, withHeadings: foldLetters([shown, ...headings].join('\n')) };
}

function termsOf(text: string, weights: TermWeights): string[] {
  return weights.terms(text).map((term) => term.text);
}

/** Length of the longest sequence of words that both have in the same order, as a share of the first. */
function shareInOrder(wanted: readonly string[], found: readonly string[]): number {
  let lengths: number[] = new Array(found.length + 1).fill(0);
  for (const term of wanted) {
    const next = [0];
    for (const [index, other] of found.entries())
      next.push(term === other ? (lengths[index] ?? 0) + 1 : Math.max(lengths[index + 1] ?? 0, next[index] ?? 0));
    lengths = next;
  }
  return (lengths.at(-1) ?? 0) / Math.max(1, wanted.length);
}

function answerTypeFar(question: string, units: readonly RankedUnit[]): number {
  const type = answerTypeOf(question);
  if (type === null) return 0;
  const best = units[0];
  const holder = units.find((unit) => holdsAnswerType(type, unit.shown, question));
  return best && holder ? Math.min(1, distanceScale * (best.score - holder.score)) : 1;
}

/** By how much the highest exceeds the mean of the others. */
function leadOf(values: readonly number[]): number {
  const best = highest(values);
  const others = values.reduce((sum, value) => sum + value, 0) - best;
  return values.length > 1 ? best - others / (values.length - 1) : best;
}

function highest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
