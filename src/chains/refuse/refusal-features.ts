import type { Retrieval } from '../../retrieve/retrieve.ts';
import { answerTypeOf, holdsAnswerType } from '../evidence/answer-type.ts';
import { headingText, type RankedUnit, type RankedUnits } from '../evidence/rank-units.ts';
import { coverage, type TermWeights } from '../evidence/term-weights.ts';
import { exactPartsOf, lacksOne, lacksVersion } from './exact-parts.ts';

/**
 * What speaks for (-1) and against (1) an answer being in the sources; see `featuresOf`. The fit may not turn a sign round:
 * what holds in one collection by chance would then decide in another.
 */
export const refusalFeatures = {
  nearness: -1,
  sparseShare: -1,
  unitCoverage: -1,
  passageCoverage: -1,
  evidenceCoverage: -1,
  nameMissing: 1,
  acronymMissing: 1,
  identifierMissing: 1,
  versionMissing: 1,
  answerTypeFar: 1,
  unknownThing: 1,
  foreignWord: 1,
} as const;
export type RefusalFeatureName = keyof typeof refusalFeatures;
export const refusalFeatureNames = Object.keys(refusalFeatures) as RefusalFeatureName[];
export type RefusalFeatures = Readonly<Record<RefusalFeatureName, number>>;

/** Features that need vectors; without an embedder a fit of the others decides. */
export const denseFeatureNames: readonly RefusalFeatureName[] = ['nearness', 'foreignWord'];

export interface RefusalEvidence {
  readonly question: string;
  readonly retrieval: Pick<Retrieval, 'passages' | 'idealSparse'>;
  readonly ranked: RankedUnits;
  readonly weights: TermWeights;
}

const passagesRead = 5;
const unitsRead = 8;
const lowestCosine = 0.05;
/** Turns the distance between two units' scores into about 0 to 1. */
const distanceScale = 3;
const asksWhetherThereIs = /\b(?:is|are) there (?:a|an|any)\b|^\W*(?:do|does|did|can|could|may|will|is|are)\b/i;

/**
 * Each about 0 to 1. The logarithm of the best passage's and the best unit's cosine together, because a difference says more
 * where both are small (-3 to .7); BM25 as a share of the most that the question could reach;
 * coverage of the question by the best unit, the best passage and all of them; names, acronyms, identifiers and versions
 * that stand nowhere in them; how far behind the first unit is that holds the kind of thing asked for; how much of a
 * yes-or-no question is not covered; how much nearer the question comes without a word that the passages lack.
 */
export function featuresOf({ question, retrieval, ranked, weights }: RefusalEvidence): RefusalFeatures {
  const { units, foreignWord } = ranked;
  const read = retrieval.passages.slice(0, passagesRead);
  const wanted = weights.weighted(question);
  const texts = read.map((passage) => [headingText(passage), passage.text]);
  const all = texts.flat().join('\n').toLowerCase();
  const found = texts.map((parts) => new Set(parts.flatMap((text) => [...weights.weighted(text).keys()])));
  const evidence = new Set(found.flatMap((terms) => [...terms]));
  const evidenceCoverage = coverage(wanted, evidence);
  const parts = exactPartsOf(question);
  const bestUnitCosine = highest(units.map((unit) => unit.cosine ?? 0));
  // The vector of a passage may still be on its way; those of its units were made for this question.
  const bestCosine = highest(read.map((passage) => passage.dense ?? bestUnitCosine));
  return {
    nearness: Math.log(Math.max(lowestCosine, bestCosine + bestUnitCosine)),
    sparseShare: highest(read.map((passage) => passage.sparse ?? 0)) / Math.max(retrieval.idealSparse, 1),
    unitCoverage: highest(units.map((unit) => unit.coverage)),
    passageCoverage: highest(found.map((terms) => coverage(wanted, terms))),
    evidenceCoverage,
    nameMissing: lacksOne(parts.names, all) ? 1 : 0,
    acronymMissing: lacksOne(parts.acronyms, all) ? 1 : 0,
    identifierMissing: lacksOne(parts.identifiers, all) ? 1 : 0,
    versionMissing: lacksVersion(parts.versions, all) ? 1 : 0,
    answerTypeFar: answerTypeFar(question, units.slice(0, unitsRead)),
    unknownThing: asksWhetherThereIs.test(question) ? 1 - evidenceCoverage : 0,
    foreignWord,
  };
}

function answerTypeFar(question: string, units: readonly RankedUnit[]): number {
  const type = answerTypeOf(question);
  if (type === null) return 0;
  const best = units[0];
  const holder = units.find((unit) => holdsAnswerType(type, unit.shown, question));
  return best && holder ? Math.min(1, distanceScale * (best.score - holder.score)) : 1;
}

function highest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
