import type { PassageId } from '../../domain/ids.ts';
import { rememberReading } from '../../domain/text-memory.ts';
import { splitWindows } from '../../domain/windows.ts';
import type { Embedder } from '../../models/embedder.ts';
import { guessLanguage } from '../../models/sparse/languages.ts';
import { type PassageWindow, passagesWithWindows } from '../../store/documents.ts';
import type { VectorIndex } from '../../store/vector-index.ts';
import type { RankContext, RankStage } from '../rank-stage.ts';
import type { ScoredPassage, StepScore } from '../retrieve.ts';
import type { OwnWeights } from './own/own-weights.ts';
import {
  type Candidate,
  type CandidateFeatures,
  type CandidateWindow,
  type Features,
  featuresOf,
  type WeightedTerms,
} from './passage-features.ts';
import { questionTermsOf } from './question-terms.ts';
import { type RankerSide, scoreFeatures, standardise } from './ranker.ts';
import { judgeRelevance, relevanceFeaturesOf } from './relevance.ts';
import { readShippedFit, type ShippedFit } from './shipped-fit.ts';

export interface FeatureDeps {
  readonly index: Pick<VectorIndex, 'inverseDocumentFrequencies'>;
  readonly embedder: Pick<Embedder, 'languages'>;
}

interface RankerDeps extends FeatureDeps {
  /** The tenant's own weights, where it fitted some that pass; the shipped ones rank for all others. */
  readonly ownWeights?: Pick<OwnWeights, 'of'>;
  readonly shipped?: ShippedFit;
}

/** Passages that are scored anew; of those below, fewer than one in a hundred answers. */
export const rankedPassages = passagesWithWindows;
const charactersForLanguage = 400;

/**
 * Orders the best 50 by a learnt linear model over named features, most of them of the windows of sentences within a passage; those below
 * keep their order beneath. The score is the probability that the passage answers, times that of any passage doing so, and can be compared
 * across questions. Works from words alone where vectors are missing.
 */
export function createRanker({ ownWeights, shipped = readShippedFit(), ...deps }: RankerDeps): RankStage {
  return {
    name: 'rank',
    async run(passages, context) {
      const [head, own] = await Promise.all([
        readHead(passages, context, deps),
        ownWeights?.of(context.input.principal.tenantId) ?? null,
      ]);
      // Whether a question is answered at all is judged by the shipped weights, which that judgement was fitted on.
      const judged = head.map((passage) => ({
        ...passage,
        byShipped: scoreFeatures(shipped[passage.side], passage.read.features, passage.within),
      }));
      const signals = judged.map(({ read: { features }, byShipped: { score } }) => ({ features, score }));
      const side = head[0]?.side ?? 'lexical';
      const relevance = judgeRelevance(shipped.relevance[side], relevanceFeaturesOf(signals));
      const { fittedAt } = own ?? shipped;
      const origin = { weights: own ? ('own' as const) : ('shipped' as const), fittedAt };
      const ranked = judged.map(({ passage, read, within, side: its, byShipped }): ScoredPassage => {
        const { window, windows, terms, features } = read;
        const scored = own ? scoreFeatures(own[its], features, within) : byShipped;
        const rank: StepScore = { step: 'rank', ...scored, ...origin, window, windows, terms };
        const final = scored.score * relevance;
        return { ...passage, score: final, steps: [...passage.steps, rank, { step: 'relevance', score: final }] };
      });
      ranked.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
      const floor = ranked.at(-1)?.score ?? 1;
      const below = passages.slice(rankedPassages).map((passage) => sunk(passage, floor));
      return { passages: [...ranked, ...below], relevance };
    },
  };
}

/** A passage of the best 50 with all that weights are applied to. */
export interface ReadPassage {
  readonly passage: ScoredPassage;
  readonly candidate: Candidate;
  readonly read: CandidateFeatures;
  readonly within: Features;
  /** Which weights rank it. */
  readonly side: RankerSide;
}

/** The best 50 with their features, in the order that they had. */
export async function readHead(
  passages: readonly ScoredPassage[],
  context: RankContext,
  { index, embedder }: FeatureDeps,
): Promise<ReadPassage[]> {
  const head = passages.slice(0, rankedPassages);
  const candidates = head.map((passage) => candidateOf(passage, context, embedder));
  const found = await readFeatures(candidates, context, index);
  const standard = standardise(found.map(({ features }) => features));
  return head.flatMap((passage, position) => {
    const [read, within, candidate] = [found[position], standard[position], candidates[position]];
    if (!read || !within || !candidate) return [];
    const side = sideOf(candidate);
    return [{ passage, candidate, read, within, side }];
  });
}

function sideOf({ isKnown, dense }: Candidate): RankerSide {
  if (!isKnown) return 'foreign';
  return dense === null ? 'lexical' : 'hybrid';
}

/** Below the last that was scored, in the order that it had. */
function sunk(passage: ScoredPassage, floor: number): ScoredPassage {
  const score = floor * passage.score;
  return { ...passage, score, steps: [...passage.steps, { step: 'rank', score }] };
}

/** The features of each candidate; the question's words are weighed once for all languages that its candidates are in. */
async function readFeatures(
  candidates: readonly Candidate[],
  { input, idealSparse }: Pick<RankContext, 'input' | 'idealSparse'>,
  index: Pick<VectorIndex, 'inverseDocumentFrequencies'>,
): Promise<CandidateFeatures[]> {
  const text = input.queries[0] ?? '';
  const languages = [...new Set(candidates.map(({ language }) => language))];
  const terms = new Map<string, WeightedTerms>();
  for (const language of languages) {
    const read = questionTermsOf(text, language);
    const frequencies = await index.inverseDocumentFrequencies(input.principal.tenantId, read.ids);
    terms.set(language, { ...read, weights: Float64Array.from(frequencies) });
  }
  const none: WeightedTerms = { ...questionTermsOf('', 'en'), weights: new Float64Array(0) };
  return featuresOf({ text, idealSparse, termsOf: (language) => terms.get(language) ?? none }, candidates);
}

/** What a text is written in, by how it begins. */
interface Written {
  /** Of the analyser. */
  readonly language: string;
  readonly forEmbedder: string;
}

/** About 8 MB: good passages come again. */
const mostRemembered = 10_000;
const writtenIn = rememberReading<Written>({ max: mostRemembered }, (text) => {
  const language = guessLanguage(text).code;
  return { language, forEmbedder: writtenLanguage({ text, language }) };
});

const fewestLatin = 0.5;

/** The language for the embedder: that of the analyser, unless the letters are of another script, whose words it takes apart without a language. */
export function writtenLanguage({ text, language }: Pick<Candidate, 'text' | 'language'>): string {
  const sample = text.slice(0, charactersForLanguage);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return language === 'en' && latin < fewestLatin * letters ? 'und' : language;
}

function candidateOf(
  passage: ScoredPassage,
  { questionVector, windows }: Pick<RankContext, 'questionVector' | 'windows'>,
  embedder: FeatureDeps['embedder'],
): Candidate {
  const { title, headingPath, text, sparse, dense } = passage;
  const { language, forEmbedder } = writtenIn(text.slice(0, charactersForLanguage), '');
  return {
    title,
    header: [title, ...headingPath].join('\n'),
    text,
    language,
    isKnown: embedder.languages?.includes(forEmbedder) ?? true,
    sparse: sparse ?? 0,
    dense,
    windows: windowsOf(passage.id, text, { questionVector, windows }),
  };
}

function windowsOf(
  id: PassageId,
  text: string,
  { questionVector, windows }: Pick<RankContext, 'questionVector' | 'windows'>,
): CandidateWindow[] {
  const stored = windows.get(id);
  if (!stored) return splitWindows(text).map((span) => ({ ...span, cosine: null }));
  return stored.map((window) => ({
    start: window.start,
    end: window.end,
    cosine: questionVector?.similarityOf(cosineOf(questionVector.vector, window)) ?? null,
  }));
}

/** Vectors of unit length, the window's in integers. */
function cosineOf(question: Float32Array, { vector, scale }: PassageWindow): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) sum += (question[index] ?? 0) * (vector[index] ?? 0);
  return sum * scale;
}
