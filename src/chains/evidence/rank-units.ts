import type { Span } from '../../domain/sentences.ts';
import type { Embed } from '../../models/embedder.ts';
import { dot } from '../../models/similarity.ts';
import type { QuestionVector, ScoredPassage } from '../../retrieve/retrieve.ts';
import { plainText } from '../quotes/plain-text.ts';
import { answerTypeOf, holdsAnswerType } from './answer-type.ts';
import type { LocateAnswer } from './locate-answer.ts';
import { splitUnits, type Unit } from './split-units.ts';
import { coverage, neighboursIn, type TermWeights } from './term-weights.ts';

/** A unit of a passage with what speaks for it. */
export interface RankedUnit extends Unit {
  /** Index into the passages. */
  readonly passage: number;
  /** As it reads: without Markdown marks. */
  readonly text: string;
  /** The same with its lead in front. */
  readonly shown: string;
  /** Terms of the unit and of its lead. */
  readonly terms: ReadonlySet<string>;
  /** Weighted share of the question's terms in the unit, its lead and its headings, in [0, 1]. */
  readonly coverage: number;
  /** Cosine of question and `title: unit` on the built-in embedder's scale; null when it was not embedded. */
  readonly cosine: number | null;
  /** Logarithmic odds by the answer locator that the answer stands there; null when it has not read it. */
  readonly answerOdds: number | null;
  /** With its cosine; of one that was not embedded with that of its window of sentences. */
  readonly score: number;
}

export interface RankUnitsInput {
  readonly question: string;
  readonly questionVector: QuestionVector | null;
  readonly passages: readonly ScoredPassage[];
  readonly weights: TermWeights;
}

export interface RankUnitsTools {
  readonly embed: Embed;
  /** Null: no answer locator reads them. */
  readonly locate: LocateAnswer | null;
}

export interface RankedUnits {
  /** Best first; those that were not embedded come last, but for those in which the answer stands by the answer locator. */
  readonly units: readonly RankedUnit[];
  /** Why no unit was embedded; null when they were, or when there is no question vector to compare with. */
  readonly embeddingError: unknown;
  /** Whether an answer locator has read some of them. */
  readonly isLocated: boolean;
  /** Why the answer locator read none; null when it did, or had none to read. */
  readonly locatingError: unknown;
}

/** Units of passages further behind seldom hold the answer. */
const passagesRead = 7;
/** Units worth the time of an embedding, about 4 ms each on one core. */
const unitsEmbedded = 10;
/** Characters embedded in all and of one unit: an embedder's time goes with its tokens, and the reader waits for it. */
const charactersEmbedded = 840;
const charactersOfUnit = 300;
/** The cosine of the unit itself has weight 1. Rounded from a logistic fit on the sample questions; pairs and length as they helped on all of four sets. */
const weightOf = {
  coverage: 0.35,
  pairs: 0.1,
  passageScore: 0.25,
  passageCosine: 0.3,
  answerType: 0.05,
  row: 0.2,
  place: 0.05,
  length: 0.15,
};
/** Characters by which length is measured: 0 of none, .5 of about 140, 1 of 760 and more. */
const charactersOfLength = 40;
/** Of the locator's odds, which are surer than it is. */
const weightOfLocated = 0.2;
const oddsScale = 3;
/** A passage says first what it is about; further on than this, later counts no more. */
const charactersOfPlace = 1000;
/** Added for choosing what is embedded: until a unit has a cosine, the mean of its window's and its passage's stands for it. */
const cosineBefore = 0.7;

/**
 * Ranks the units of the best passages by a weighted sum: coverage of the question by the unit with its headings, share of the question's
 * neighbouring words that the unit has as neighbours, cosine of question and `title: heading: unit`, score and cosine of the passage, whether the
 * kind of thing that is asked for is there; table rows, which say little on their own, have a handicap, and so has what stands later in its
 * passage. Only those that look best before are embedded, at most 10; of them a longer one says more. The others follow, each
 * with the cosine of the window of sentences that it stands in, which the search has compared. Without vectors the rest decides. Where an
 * answer locator reads the most promising ones, its odds are added.
 */
export async function rankUnits(
  input: RankUnitsInput,
  { embed, locate }: RankUnitsTools,
  signal: AbortSignal,
): Promise<RankedUnits> {
  const read = input.passages.slice(0, passagesRead);
  await input.weights.prepare([input.question, ...read.map(headingText), ...read.map((passage) => passage.text)]);
  const candidates = read
    .flatMap((passage, index) => candidatesOf(passage, index, input))
    .map((unit) => ({ unit, ...cosinesNear(unit, read[unit.passage]) }))
    .sort((one, other) => promiseOf(other) - promiseOf(one));
  const units = candidates.map(({ unit }) => unit);
  const [located, embedded] = await Promise.all([
    attempt(async () => (await locate?.(input.question, units, read, signal)) ?? null, signal),
    attempt(() => cosinesOf(units, { ...input, passages: read }, embed, signal), signal),
  ]);
  const scored = candidates.map(({ unit, ofWindow }) => {
    const cosine = embedded.value?.get(unit) ?? null;
    const answerOdds = located.value?.get(unit) ?? null;
    const byVectors = embedded.value ? scoreWith(cosine ?? ofWindow, unit) : unit.score;
    return { ...unit, cosine, answerOdds, score: byVectors + scoreOfOdds(answerOdds) };
  });
  // By words alone the order before is the best there is.
  const isKnown = ({ cosine, answerOdds }: RankedUnit) => !embedded.value || cosine !== null || (answerOdds ?? 0) > 0;
  const ranks = [scored.filter(isKnown), scored.filter((unit) => !isKnown(unit))];
  return {
    units: embedded.value || located.value ? ranks.flatMap((rank) => rank.sort(byScore)) : units,
    embeddingError: embedded.error,
    isLocated: located.value !== null,
    locatingError: located.error,
  };
}

interface Attempt<T> {
  readonly value: T | null;
  readonly error: unknown;
}

/** What fails is told and done without; what is aborted ends all. */
async function attempt<T>(run: () => Promise<T>, signal: AbortSignal): Promise<Attempt<T>> {
  try {
    return { value: await run(), error: null };
  } catch (error) {
    signal.throwIfAborted();
    return { value: null, error };
  }
}

/** Of those that look best; null without a vector of the question. */
async function cosinesOf(
  units: readonly RankedUnit[],
  { questionVector, passages }: RankUnitsInput,
  embed: Embed,
  signal: AbortSignal,
): Promise<ReadonlyMap<RankedUnit, number> | null> {
  if (!questionVector || units.length === 0) return null;
  const texts = units.map((unit) => embeddedText(unit, passages[unit.passage]));
  const affordable = countAffordable(texts.map(({ length }) => length));
  const vectors = await embed(texts.slice(0, affordable), signal);
  const { vector, similarityOf } = questionVector;
  return new Map(
    units.slice(0, affordable).map((unit, index) => {
      const cosine = similarityOf(dot(vector, vectors[index] ?? new Float32Array()));
      return [unit, cosine] as const;
    }),
  );
}

/** A unit with cosines of the question and what it stands in; 0 without vectors. */
interface Candidate {
  readonly unit: RankedUnit;
  readonly ofWindow: number;
  readonly ofPassage: number;
}

/** Of its passage and of the window that holds most of it; a passage of one window is compared as a whole. */
function cosinesNear(unit: RankedUnit, passage: ScoredPassage | undefined): Omit<Candidate, 'unit'> {
  const ofPassage = passage?.dense ?? 0;
  const windows = passage?.steps.findLast((step) => step.windows)?.windows ?? [];
  const shared = ({ start, end }: Span) => Math.min(end, unit.end) - Math.max(start, unit.start);
  const [window] = windows.filter((each) => shared(each) > 0).sort((one, other) => shared(other) - shared(one));
  return { ofWindow: window?.cosine ?? ofPassage, ofPassage };
}

function promiseOf({ unit, ofWindow, ofPassage }: Candidate): number {
  return unit.score + (cosineBefore * (ofWindow + ofPassage)) / 2;
}

function byScore(one: RankedUnit, other: RankedUnit): number {
  return other.score - one.score;
}

/** How many texts of these lengths, in order, are embedded. */
function countAffordable(lengths: readonly number[]): number {
  let total = 0;
  const over = lengths.findIndex((length) => {
    total += length;
    return total > charactersEmbedded;
  });
  return Math.min(unitsEmbedded, over < 0 ? lengths.length : Math.max(1, over));
}

function scoreWith(cosine: number, { score, text }: RankedUnit): number {
  const length = Math.min(1, Math.log(1 + text.length / charactersOfLength) / 3);
  return score + cosine + weightOf.length * length;
}

function scoreOfOdds(odds: number | null): number {
  return odds === null ? 0 : weightOfLocated / (1 + Math.exp(-odds / oddsScale));
}

function candidatesOf(passage: ScoredPassage, index: number, { question, weights }: RankUnitsInput): RankedUnit[] {
  const wanted = weights.weighted(question);
  const pairs = new Map(Array.from(pairsOf(question, weights), (pair) => [pair, 1]));
  const type = answerTypeOf(question);
  const context = new Set(weights.weighted(headingText(passage)).keys());
  return splitUnits(passage.text, passage.headingPath).map((unit) => {
    const lead = unit.lead ? passage.text.slice(unit.lead.start, unit.lead.end) : '';
    const source = passage.text.slice(unit.start, unit.end);
    const text = plainText(source);
    const shown = lead === '' ? text : `${plainText(lead)} ${text}`;
    const terms = new Set([...weights.weighted(source).keys(), ...weights.weighted(lead).keys()]);
    const near = unit.heading ? new Set([...context, ...weights.weighted(unit.heading).keys()]) : context;
    const share = coverage(wanted, { has: (term) => terms.has(term) || near.has(term) });
    const fits = type === null ? 0 : weightOf.answerType * (holdsAnswerType(type, shown, question) ? 1 : -1);
    const handicap = unit.kind === 'row' ? weightOf.row : 0;
    const ofPassage = weightOf.passageScore * passage.score + weightOf.passageCosine * (passage.dense ?? 0);
    const later = weightOf.place * Math.min(1, unit.start / charactersOfPlace);
    const byWords = weightOf.coverage * share + weightOf.pairs * coverage(pairs, pairsOf(source, weights));
    const score = byWords + ofPassage + fits - handicap - later;
    return { ...unit, passage: index, text, shown, terms, coverage: share, cosine: null, answerOdds: null, score };
  });
}

/** Neighbouring words of a text, stop words left out. */
function pairsOf(text: string, weights: TermWeights): Set<string> {
  return new Set(neighboursIn(weights.terms(text)).map((pair) => pair.join(' ')));
}

/** The unit with what it stands under, which says what it is about. */
function embeddedText({ heading, text }: RankedUnit, passage: ScoredPassage | undefined): string {
  const title = passage?.title ?? '';
  const nearest = heading ?? passage?.headingPath.at(-1) ?? '';
  const parts = [title, nearest === title ? '' : nearest, text].filter((part) => part !== '');
  return parts.join(': ').slice(0, charactersOfUnit);
}

/** What a passage stands under, a line each. */
export function headingText({ title, headingPath }: ScoredPassage): string {
  return [title, ...headingPath].join('\n');
}
