import type { Retrieval, ScoredPassage } from '../../retrieve/retrieve.ts';
import { answerTypeOf, holdsAnswerType } from '../evidence/answer-type.ts';
import type { RankedUnit } from '../evidence/rank-units.ts';
import { coverage, type TermWeights } from '../evidence/term-weights.ts';
import { exactPartsOf } from './exact-parts.ts';

/** What speaks for and against an answer being in the sources; each about 0 to 1, see `featuresOf`. */
export const refusalFeatureNames = [
  'bestCosine',
  'cosineGap',
  'bestUnitCosine',
  'sparseShare',
  'sparseGap',
  'unitCoverage',
  'unitAndCosine',
  'passageCoverage',
  'evidenceCoverage',
  'rarestMissing',
  'namesMissing',
  'codesMissing',
  'answerTypeMissing',
  'sidesAgree',
  'questionLength',
] as const;
export type RefusalFeatureName = (typeof refusalFeatureNames)[number];
export type RefusalFeatures = Readonly<Record<RefusalFeatureName, number>>;

/** Features that need vectors; without an embedder the model of the others decides. */
export const denseFeatureNames: readonly RefusalFeatureName[] = [
  'bestCosine',
  'cosineGap',
  'bestUnitCosine',
  'unitAndCosine',
  'sidesAgree',
];

export interface RefusalEvidence {
  readonly question: string;
  readonly retrieval: Pick<Retrieval, 'passages' | 'idealSparse'>;
  readonly units: readonly RankedUnit[];
  readonly weights: TermWeights;
}

const passagesRead = 5;
const unitsRead = 4;

/**
 * Cosines of the best passage and unit and their distance to the rest; BM25 as a share of the most that the question could
 * reach; coverage of the question by the best unit, the best passage, all evidence; the weight of its rarest word, and its
 * names and codes, that the evidence lacks; whether the kind of thing asked for is there; whether both sides agree.
 */
export function featuresOf({ question, retrieval, units, weights }: RefusalEvidence): RefusalFeatures {
  const read = retrieval.passages.slice(0, passagesRead);
  const wanted = weights.weighted(question);
  const texts = read.map(fullText);
  const all = texts.join('\n');
  const evidence = new Set(weights.weighted(all).keys());
  const dense = read.map((passage) => passage.dense ?? 0).sort(descending);
  const sparse = read.map((passage) => passage.sparse ?? 0).sort(descending);
  const ideal = retrieval.idealSparse > 0 ? retrieval.idealSparse : 1;
  const best = units[0];
  const { names, codes } = exactPartsOf(question);
  const type = answerTypeOf(question);
  const near = units.slice(0, unitsRead).map((unit) => unit.text);
  return {
    bestCosine: dense[0] ?? 0,
    cosineGap: (dense[0] ?? 0) - mean(dense.slice(1)),
    bestUnitCosine: Math.max(0, ...units.map((unit) => unit.cosine ?? 0)),
    sparseShare: (sparse[0] ?? 0) / ideal,
    sparseGap: ((sparse[0] ?? 0) - (sparse[1] ?? 0)) / ideal,
    unitCoverage: Math.max(0, ...units.map((unit) => unit.coverage)),
    unitAndCosine: best ? 0.4 * best.coverage + (best.cosine ?? 0) : 0,
    passageCoverage: Math.max(0, ...texts.map((text) => coverage(wanted, weights.weighted(text)))),
    evidenceCoverage: coverage(wanted, evidence),
    rarestMissing: rarestMissing(wanted, evidence),
    namesMissing: missingShare(names, all),
    codesMissing: missingShare(codes, all),
    answerTypeMissing: type !== null && !near.some((text) => holdsAnswerType(type, text)) ? 1 : 0,
    sidesAgree: agree(read) ? 1 : 0,
    questionLength: Math.min(1, wanted.size / 12),
  };
}

/** Weight of the heaviest missing word as a share of the heaviest word. */
function rarestMissing(wanted: ReadonlyMap<string, number>, evidence: ReadonlySet<string>): number {
  const missing = [...wanted].filter(([term]) => !evidence.has(term)).map(([, weight]) => weight);
  return missing.length === 0 ? 0 : Math.max(...missing) / Math.max(...wanted.values());
}

function missingShare(parts: readonly string[], text: string): number {
  if (parts.length === 0) return 0;
  const known = text.toLowerCase();
  return parts.filter((part) => !known.includes(part.toLowerCase())).length / parts.length;
}

/** Whether the passage with the best cosine comes from the same document as the one with the best BM25 score. */
function agree(passages: readonly ScoredPassage[]): boolean {
  const bestOf = (side: 'dense' | 'sparse') =>
    passages.reduce<ScoredPassage | null>(
      (best, next) => ((next[side] ?? 0) > (best?.[side] ?? 0) ? next : best),
      null,
    );
  const [dense, sparse] = [bestOf('dense'), bestOf('sparse')];
  return dense !== null && sparse !== null && dense.documentId === sparse.documentId;
}

function fullText({ title, headingPath, text }: ScoredPassage): string {
  return [title, ...headingPath, text].join('\n');
}

function descending(one: number, other: number): number {
  return other - one;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
