import type { Span } from '../../domain/sentences.ts';
import type { WindowShare } from '../retrieve.ts';
import { scoreGrams } from './character-grams.ts';
import { exactNamesOf } from './exact-names.ts';
import { matchPassage, type PassageMatch } from './match-passage.ts';
import type { QuestionTerms } from './question-terms.ts';
import { densestStretch, heaviestRun } from './standing-together.ts';
import { readTitleLinks } from './title-links.ts';

/** What the ranker may look at, in the order of the fit. Those of `denseFeatures` need vectors, those of `gramFeatures` rank languages that the embedder does not know. */
export const lexicalFeatures = [
  'bm25Share',
  'bm25Ideal',
  'coverage',
  'windowCoverage',
  'pairs',
  'phrases',
  'run',
  'stretch',
  'header',
  'rarest',
  'names',
  'grams',
  'titleAsked',
  'linked',
] as const;
export const denseFeatures = [
  'cosine',
  'cosineShare',
  'cosineLead',
  'window',
  'windowShare',
  'windowTwo',
  'windowMixed',
] as const;
export const gramFeatures = [
  'gramShare',
  'gramIdeal',
  'shortGramShare',
  'shortGramIdeal',
  'longGramShare',
  'longGramIdeal',
] as const;
export const featureNames = [...lexicalFeatures, ...denseFeatures, ...gramFeatures] as const;
export type FeatureName = (typeof featureNames)[number];
export type Features = Readonly<Record<FeatureName, number>>;

/** A passage as the ranker sees it. */
export interface Candidate {
  readonly title: string;
  /** Title and headings. */
  readonly header: string;
  readonly text: string;
  readonly language: string;
  /** Whether the embedder knows the language that it is written in. */
  readonly isKnown: boolean;
  /** BM25, >= 0. */
  readonly sparse: number;
  /** Null when there is no vector. */
  readonly dense: number | null;
  readonly windows: readonly CandidateWindow[];
}

export interface CandidateWindow extends Span {
  /** Of question and window; null without vectors. */
  readonly cosine: number | null;
}

/** Question terms of a language with their inverse document frequencies. */
export interface WeightedTerms extends QuestionTerms {
  readonly weights: Float64Array;
}

export interface RankedQuestion {
  readonly text: string;
  termsOf(language: string): WeightedTerms;
  /** The largest BM25 score that the question could reach. */
  readonly idealSparse: number;
}

export interface CandidateFeatures {
  readonly features: Features;
  /** The window that speaks most for the passage. */
  readonly window: Span;
  /** All windows, by their `windowMixed` as a share of the best one's. */
  readonly windows: readonly WindowShare[];
  /** Terms of the question that the passage has, with their weights. */
  readonly terms: Readonly<Record<string, number>>;
}

/** Weight of word coverage beside a window's cosine, where the best window is chosen. */
const coverageWeight = 0.4;

/**
 * The features of the best passages of one question, each about 0 to 1 (cosines -1 to 1). Words weigh by their inverse document frequency:
 * `bm25Share` of the best passage's BM25, `bm25Ideal` of the most that the question could reach · `coverage` of the question's words by the
 * passage with its header, `windowCoverage` by its best window with the header, `header` by title and headings alone · `pairs` of neighbouring
 * words of the question that one window has, `phrases` that stand within two words · `run` share of the words that follow each other as in the
 * question, `stretch` that stand close together · `rarest` whether the heaviest word is there · `names` share of
 * numbers, identifiers and capitalised words · `grams` share of the question's character 4-grams, weighted by how few of these passages have
 * them · `titleAsked` whether the question names the title, `linked` whether a leading passage does, times what the first lacks of the question · `cosine`, `window` of the best window, `windowTwo` mean of the best two, the shares of their maxima, `cosineLead` how far the passage's lies before the second or behind the first · `windowMixed` the best of
 * .4 coverage + cosine over the windows · `gramShare` and `gramIdeal` as for BM25, over grams of these candidates' letters, `short` and `long`
 * ones a letter shorter and longer; 0 where the embedder knows all languages.
 */
export function featuresOf(question: RankedQuestion, candidates: readonly Candidate[]): CandidateFeatures[] {
  const names = exactNamesOf(question.text);
  const grams = readGrams(question.text, candidates);
  const sparseMaximum = highest(candidates.map(({ sparse }) => sparse));
  const cosineMaximum = highest(candidates.map(({ dense }) => dense ?? 0));
  const leadOf = readLead(candidates.map(({ dense }) => dense ?? 0));
  const read = candidates.map((candidate) => readCandidate(question.termsOf(candidate.language), candidate));
  const windowMaximum = highest(read.map(({ window }) => window));
  const leads = candidates.map(
    ({ sparse, dense }, index) =>
      share(sparse, sparseMaximum) + share(dense ?? 0, cosineMaximum) + share(read[index]?.window ?? 0, windowMaximum),
  );
  const links = readTitleLinks(question.text, candidates, leads);
  const lacking = 1 - (read[leads.indexOf(highest(leads))]?.coverage ?? 0);
  return candidates.map((candidate, index) => {
    const found = read[index] ?? readCandidate(question.termsOf(candidate.language), candidate);
    const { best, windows, terms, ...values } = found;
    const features: Features = {
      ...values,
      titleAsked: links[index]?.titleAsked ?? 0,
      linked: lacking * (links[index]?.linked ?? 0),
      bm25Share: share(candidate.sparse, sparseMaximum),
      bm25Ideal: share(candidate.sparse, question.idealSparse),
      names: nameCoverage(names, candidate),
      ...(grams[index] ?? noGrams),
      cosine: candidate.dense ?? 0,
      cosineShare: share(candidate.dense ?? 0, cosineMaximum),
      cosineLead: leadOf(candidate.dense ?? 0),
      windowShare: share(found.window, windowMaximum),
    };
    return { features, window: best, windows, terms };
  });
}

function readCandidate(terms: WeightedTerms, candidate: Candidate) {
  const match = matchPassage(terms, candidate);
  const { weights, pairs } = terms;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pairWeight = ({ first, second }: { first: number; second: number }) =>
    (weights[first] ?? 0) + (weights[second] ?? 0);
  const pairTotal = pairs.reduce((sum, pair) => sum + pairWeight(pair), 0);
  const sumOf = (has: (place: number) => number) =>
    weights.reduce((sum, weight, place) => (has(place) ? sum + weight : sum), 0);
  const inHeader = (place: number) => match.header[place] ?? 0;
  const anywhere = (place: number) => inHeader(place) || (match.body[place] ?? 0);
  const windows = match.windows.map((window, index) => {
    const has = (place: number) => inHeader(place) || (window[place] ?? 0);
    const covered = pairs.reduce(
      (sum, pair) => (has(pair.first) && has(pair.second) ? sum + pairWeight(pair) : sum),
      0,
    );
    const cosine = candidate.windows[index]?.cosine ?? candidate.dense ?? 0;
    return { coverage: share(sumOf(has), total), pairs: share(covered, pairTotal), cosine };
  });
  const mixed = windows.map(({ coverage, cosine }) => coverageWeight * coverage + cosine);
  const cosines = windows.map(({ cosine }) => cosine).sort((one, other) => other - one);
  const [first = candidate.dense ?? 0, second = first] = cosines;
  const bestIndex = mixed.indexOf(Math.max(...mixed));
  return {
    coverage: share(sumOf(anywhere), total),
    windowCoverage: highest(windows.map(({ coverage }) => coverage)),
    pairs: highest(windows.map((window) => window.pairs)),
    phrases: share(
      pairs.reduce((sum, pair, place) => (match.phrases[place] ? sum + pairWeight(pair) : sum), 0),
      pairTotal,
    ),
    run: share(heaviestRun(match.occurrences, weights), total),
    stretch: share(densestStretch(match.occurrences, weights), total),
    header: share(sumOf(inHeader), total),
    rarest: weights.length > 0 && anywhere(weights.indexOf(Math.max(...weights))) ? 1 : 0,
    window: first,
    windowTwo: (first + second) / 2,
    windowMixed: mixed[bestIndex] ?? first,
    windows: candidate.windows.map((span, index) => ({
      ...spanOf(span),
      cosine: span.cosine,
      share: share(mixed[index] ?? 0, mixed[bestIndex] ?? 0),
    })),
    best: spanOf(candidate.windows[bestIndex] ?? { start: 0, end: candidate.text.length }),
    terms: matchedTerms(terms, match),
  };
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}

function matchedTerms({ texts, weights }: WeightedTerms, { header, body }: PassageMatch): Record<string, number> {
  const matched = texts.flatMap((text, place) =>
    header[place] || body[place] ? [[text, weights[place] ?? 0] as const] : [],
  );
  return Object.fromEntries(matched);
}

function nameCoverage(names: readonly string[], { header, text }: Candidate): number {
  if (names.length === 0) return 0;
  const all = `${header}\n${text}`.toLowerCase();
  return names.filter((name) => all.includes(name)).length / names.length;
}

type GramValues = Pick<Features, 'grams' | (typeof gramFeatures)[number]>;

const noGrams: GramValues = {
  grams: 0,
  gramShare: 0,
  gramIdeal: 0,
  shortGramShare: 0,
  shortGramIdeal: 0,
  longGramShare: 0,
  longGramIdeal: 0,
};

/** Grams of several lengths take time, which passages in the embedder's languages do not need. */
function readGrams(question: string, candidates: readonly Candidate[]): GramValues[] {
  const texts = candidates.map(({ header, text }) => `${header}\n${text}`);
  const isForeign = candidates.some(({ isKnown }) => !isKnown);
  const grams = scoreGrams(question, texts);
  const [short, long] = isForeign ? [scoreGrams(question, texts, -1), scoreGrams(question, texts, 1)] : [];
  const [gramMaximum, shortMaximum, longMaximum] = [grams, short, long].map((read) => highest(read?.score ?? []));
  return texts.map((_, index) => {
    const covered = { ...noGrams, grams: grams.coverage[index] ?? 0 };
    if (!short || !long) return covered;
    const [score = 0, shortScore = 0, longScore = 0] = [grams, short, long].map((read) => read.score[index] ?? 0);
    return {
      ...covered,
      gramShare: share(score, gramMaximum ?? 0),
      gramIdeal: share(score, grams.ideal),
      shortGramShare: share(shortScore, shortMaximum ?? 0),
      shortGramIdeal: share(shortScore, short.ideal),
      longGramShare: share(longScore, longMaximum ?? 0),
      longGramIdeal: share(longScore, long.ideal),
    };
  });
}

/** How far a value lies before the second of all, or behind the first, as a share of the first. */
function readLead(values: readonly number[]): (value: number) => number {
  const [first = 0, second = first] = values.toSorted((one, other) => other - one);
  return (value) => (first > 0 ? Math.max(-1, (value - (value >= first ? second : first)) / first) : 0);
}

function highest(values: readonly number[]): number {
  return Math.max(0, ...values);
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, part) / whole : 0;
}
