import { AppError } from '../domain/errors.ts';
import type { CountTokens } from '../models/embedder.ts';
import type { Reranker } from '../models/reranker.ts';
import type { RankOutput, RankStage } from './rank-stage.ts';
import { rerankText } from './rerank-text.ts';
import type { Degradation, ScoredPassage, StepScore } from './retrieve.ts';

export interface RerankStageDeps {
  readonly reranker: Pick<Reranker, 'rerank'>;
  /** How many of the best passages are read by it. */
  readonly topN: number;
  readonly countTokens: CountTokens;
}

/** Share of the reranker in the order of what it scored; the rest is the order before. See the ADR on rerankers. */
const relevanceWeight = 0.5;

/**
 * Orders the best `topN` by half of the reranker's relevance and half of the score before; what it did not score follows in the order
 * before. When it fails or is late, that order stands, and a degradation says why.
 */
export function createRerankStage({ reranker, topN, countTokens }: RerankStageDeps): RankStage {
  return {
    name: 'rerank',
    async run(passages, { input }, signal) {
      const [query] = input.queries;
      const best = passages.slice(0, topN);
      if (query === undefined || best.length === 0) return { passages };
      try {
        const texts = best.map((passage) => rerankText(passage, countTokens));
        const relevance = await reranker.rerank({ query, texts }, signal);
        return orderByRelevance(passages, relevance);
      } catch (error) {
        signal.throwIfAborted();
        return { passages, degradations: [degradedTo('fused order', AppError.from(error).code)] };
      }
    },
  };
}

/** `relevance[i]` in [0, 1] is that of `passages[i]`; null and what is missing at the end have none. */
export function orderByRelevance(
  passages: readonly ScoredPassage[],
  relevance: readonly (number | null)[],
): RankOutput {
  // As a share of the best: the step before may score on any part of [0, 1].
  const best = Math.max(...passages.map(({ score }) => score));
  const shareOf = ({ score }: ScoredPassage) => (best > 0 ? score / best : 0);
  const judged: ScoredPassage[] = [];
  const others: ScoredPassage[] = [];
  for (const [index, passage] of passages.entries()) {
    const value = relevance[index] ?? null;
    if (value === null) others.push(passage);
    else judged.push(blend(passage, { relevance: value, before: shareOf(passage) }));
  }
  // Stable: equals keep their order.
  judged.sort((one, other) => other.score - one.score);
  const lowest = judged.at(-1)?.score ?? 1;
  const below = others.map((passage) => withStep(passage, { step: 'rerank', score: lowest * shareOf(passage) }));
  const isShort = relevance.includes(null);
  return {
    passages: [...judged, ...below],
    degradations: isShort ? [degradedTo('fused order for passages without a score', 'MODEL_BAD_RESPONSE')] : [],
  };
}

function blend(passage: ScoredPassage, { relevance, before }: { relevance: number; before: number }): ScoredPassage {
  const contributions = { relevance: relevanceWeight * relevance, before: (1 - relevanceWeight) * before };
  return withStep(passage, { step: 'rerank', score: contributions.relevance + contributions.before, contributions });
}

function withStep(passage: ScoredPassage, step: StepScore): ScoredPassage {
  return { ...passage, score: step.score, steps: [...passage.steps, step] };
}

const degradedTo = (to: string, cause: string): Degradation => ({ step: 'rerank', to, cause });
