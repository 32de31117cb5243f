import type { PassageId } from '../../domain/ids.ts';
import { splitWindows } from '../../domain/windows.ts';
import type { Embedder } from '../../models/embedder.ts';
import { guessLanguage } from '../../models/sparse/languages.ts';
import { type PassageWindow, passagesWithWindows } from '../../store/documents.ts';
import type { VectorIndex } from '../../store/vector-index.ts';
import type { RankContext, RankStage } from '../rank-stage.ts';
import type { ScoredPassage, StepScore } from '../retrieve.ts';
import {
  type Candidate,
  type CandidateFeatures,
  type CandidateWindow,
  featuresOf,
  type WeightedTerms,
} from './passage-features.ts';
import { questionTermsOf } from './question-terms.ts';
import { RankerFit, scoreFeatures, standardise } from './ranker.ts';
import fit from './ranker-fit.json' with { type: 'json' };
import { judgeRelevance, relevanceFeaturesOf } from './relevance.ts';

interface RankerDeps {
  readonly index: Pick<VectorIndex, 'inverseDocumentFrequencies'>;
  readonly embedder: Pick<Embedder, 'languages'>;
}

/** Passages that are scored anew; of those below, fewer than one in a hundred answers. */
export const rankedPassages = passagesWithWindows;
const charactersForLanguage = 400;

/**
 * Orders the best 50 by a learnt linear model over named features, most of them of the windows of sentences within a passage; those below
 * keep their order beneath. The score is the probability that the passage answers, times that of any passage doing so, and can be compared
 * across questions. Works from words alone where vectors are missing.
 */
export function createRanker({ index, embedder }: RankerDeps): RankStage {
  const weights = RankerFit.parse(fit);
  const knows = (language: string) => embedder.languages?.includes(language) ?? true;
  return {
    name: 'rank',
    async run(passages, context) {
      const head = passages.slice(0, rankedPassages);
      const candidates = head.map((passage) => candidateOf(passage, context));
      const found = await readFeatures(candidates, context, index);
      const within = standardise(found.map(({ features }) => features));
      const scored = head.flatMap((passage, position) => {
        const [read, standard, candidate] = [found[position], within[position], candidates[position]];
        if (!read || !standard || !candidate) return [];
        const side = candidate.dense !== null && knows(writtenLanguage(candidate)) ? 'hybrid' : 'lexical';
        return [{ passage, read, side, ...scoreFeatures(weights[side], read.features, standard) }];
      });
      const judged = scored.map(({ read, score }) => ({ features: read.features, score }));
      const side = scored[0]?.side === 'hybrid' ? 'hybrid' : 'lexical';
      const relevance = judgeRelevance(weights.relevance[side], relevanceFeaturesOf(judged));
      const ranked = scored.map(({ passage, read: { window, terms }, score, contributions }): ScoredPassage => {
        const rank: StepScore = { step: 'rank', score, contributions, window, terms };
        const final = score * relevance;
        return { ...passage, score: final, steps: [...passage.steps, rank, { step: 'relevance', score: final }] };
      });
      ranked.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
      const floor = ranked.at(-1)?.score ?? 1;
      const below = passages.slice(rankedPassages).map((passage) => sunk(passage, floor));
      return { passages: [...ranked, ...below], relevance };
    },
  };
}

/** Below the last that was scored, in the order that it had. */
function sunk(passage: ScoredPassage, floor: number): ScoredPassage {
  const score = floor * passage.score;
  return { ...passage, score, steps: [...passage.steps, { step: 'rank', score }] };
}

/** The features of each candidate; the question's words are weighed once for all languages that its candidates are in. */
export async function readFeatures(
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

const fewestLatin = 0.5;

/** The language for the embedder: that of the analyser, unless the letters are of another script, whose words it takes apart without a language. */
export function writtenLanguage({ text, language }: Pick<Candidate, 'text' | 'language'>): string {
  const sample = text.slice(0, charactersForLanguage);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return language === 'en' && latin < fewestLatin * letters ? 'und' : language;
}

export function candidateOf(
  passage: ScoredPassage,
  { questionVector, windows }: Pick<RankContext, 'questionVector' | 'windows'>,
): Candidate {
  const { title, headingPath, text, sparse, dense } = passage;
  return {
    title,
    header: [title, ...headingPath].join('\n'),
    text,
    language: guessLanguage(text.slice(0, charactersForLanguage)).code,
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
    cosine: questionVector && cosineOf(questionVector, window),
  }));
}

/** Vectors of unit length, the window's in integers. */
function cosineOf(question: Float32Array, { vector, scale }: PassageWindow): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) sum += (question[index] ?? 0) * (vector[index] ?? 0);
  return sum * scale;
}
