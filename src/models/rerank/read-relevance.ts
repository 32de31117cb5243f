import { AppError } from '../../domain/errors.ts';

/** What a server's numbers are: probabilities in [0, 1], or logits, of which the logistic function makes probabilities. */
export type ScoreScale = 'probability' | 'logit';

/** One line of a server's answer: the score that it gives to the text at `index`. */
export interface ScoredIndex {
  readonly index: number;
  readonly score: number;
}

/** Single precision may round a probability this far past its end. */
const roundingError = 1e-6;

/**
 * Relevance by index of the text, in whatever order the server answered; null where it left a text out.
 * Throws MODEL_BAD_RESPONSE for an index that is unknown or comes twice, a score outside of its scale, and when no text has a score.
 */
export function readRelevance(
  scored: readonly ScoredIndex[],
  { texts, scale }: { texts: number; scale: ScoreScale },
): (number | null)[] {
  const relevance = Array.from<number | null>({ length: texts }).fill(null);
  for (const { index, score } of scored) {
    if (!Number.isInteger(index) || index < 0 || index >= texts)
      throw badAnswer(`a score for text ${index} of ${texts} texts`);
    if (relevance[index] !== null) throw badAnswer(`two scores for text ${index}`);
    relevance[index] = probabilityOf(score, scale);
  }
  if (texts > 0 && scored.length === 0) throw badAnswer('no score at all');
  return relevance;
}

function probabilityOf(score: number, scale: ScoreScale): number {
  if (!Number.isFinite(score)) throw badAnswer('a score that is no number');
  if (scale === 'logit') return 1 / (1 + Math.exp(-score));
  if (score < -roundingError || score > 1 + roundingError)
    throw badAnswer(
      `the score ${score}, where 0 to 1 is expected; if it sends logits, set RERANK_SCORES=logit for RERANK_URL`,
    );
  return Math.min(1, Math.max(0, score));
}

export const badAnswer = (received: string, cause?: unknown) =>
  new AppError('MODEL_BAD_RESPONSE', `The reranker sent ${received}.`, { cause });
