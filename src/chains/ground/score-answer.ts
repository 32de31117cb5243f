import { wordsOf } from '../../models/sparse/words-of.ts';
import type { TermWeights } from '../evidence/term-weights.ts';
import type { GroundednessWeights } from './groundedness-model.ts';
import { readEvidence, splitPieces } from './read-evidence.ts';
import { type Groundedness, scoreGroundedness } from './score-groundedness.ts';

export interface AnswerToScore {
  readonly question: string;
  readonly response: string;
  readonly context: readonly string[];
  readonly weights: TermWeights;
}

export interface AnswerGroundedness {
  /** In [0, 1]; 0 for an answer without a word. */
  readonly score: number;
  readonly sentences: readonly (Groundedness & { readonly text: string })[];
}

/** Scores a whole answer against a context: the mean over its sentences, each counting by its words, so that a heading or "Sure!" says little. */
export async function scoreAnswer(
  { question, response, context, weights }: AnswerToScore,
  model?: GroundednessWeights,
): Promise<AnswerGroundedness> {
  const texts = splitPieces(response);
  await weights.prepare(texts);
  const evidence = readEvidence(context, weights);
  const sentences = texts.map((text) => ({
    text,
    ...scoreGroundedness({ sentence: text, evidence, given: [], question, weights }, model),
  }));
  const sizes = texts.map((text) => wordsOf(text).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weighted = sentences.reduce((sum, { score }, index) => sum + score * (sizes[index] ?? 0), 0);
  return { score: total > 0 ? weighted / total : 0, sentences };
}
