import { AppError } from '../domain/errors.ts';
import type { CountTokens } from '../models/embedder.ts';
import type { Reranker } from '../models/reranker.ts';
import type { RankOutput, RankStage } from './rank-stage.ts';
import { rerankText } from './rerank-text.ts';
import type { Degradation, ScoredPassage } from './retrieve.ts';

export interface RerankStageDeps {
  readonly reranker: Pick<Reranker, 'rerank'>;
  /** How many of the best passages are read by it. */
  readonly topN: number;
  readonly countTokens: CountTokens;
}

/** The place that the first passage of the order before keeps at least; see the ADR on reranking. */
const placeOfFirst = 3;

/**
 * Orders the best `topN` by the reranker's relevance; what it did not score follows in the order before. When it fails or is late, that
 * order stands, and a degradation says why.
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

interface Judged {
  readonly passage: ScoredPassage;
  readonly relevance: number;
}

/** `relevance[i]` in [0, 1] is that of `passages[i]`; null and what is missing at the end have none. */
export function orderByRelevance(
  passages: readonly ScoredPassage[],
  relevance: readonly (number | null)[],
): RankOutput {
  const judged: Judged[] = [];
  const others: ScoredPassage[] = [];
  for (const [index, passage] of passages.entries()) {
    const value = relevance[index] ?? null;
    if (value === null) others.push(passage);
    else judged.push({ passage, relevance: value });
  }
  // Stable: what is equally relevant keeps its order.
  judged.sort((one, other) => other.relevance - one.relevance);
  const lowest = judged.at(-1)?.relevance ?? 1;
  const ranked = keepFirst(
    [
      ...judged.map((entry) => toRanked(entry.passage, entry.relevance)),
      ...others.map((passage) => toRanked(passage, lowest * passage.score)),
    ],
    passages[0],
  );
  const isShort = relevance.includes(null);
  return {
    passages: ranked,
    degradations: isShort ? [degradedTo('fused order for passages without a score', 'MODEL_BAD_RESPONSE')] : [],
  };
}

/** A reranker may misread names and codes that the words match exactly: what was first is never lost to the budget of an answer. */
function keepFirst(ranked: readonly ScoredPassage[], first: ScoredPassage | undefined): ScoredPassage[] {
  const place = ranked.findIndex(({ id }) => id === first?.id);
  const displaced = ranked[placeOfFirst - 1];
  const passage = ranked[place];
  if (!passage || !displaced || place < placeOfFirst) return [...ranked];
  const relevance = passage.score;
  const contributions = { relevance, firstBefore: displaced.score - relevance };
  const kept = {
    ...passage,
    score: displaced.score,
    steps: [...passage.steps.slice(0, -1), { step: 'rerank', score: displaced.score, contributions }],
  };
  return ranked.toSpliced(place, 1).toSpliced(placeOfFirst - 1, 0, kept);
}

function toRanked(passage: ScoredPassage, score: number): ScoredPassage {
  return { ...passage, score, steps: [...passage.steps, { step: 'rerank', score }] };
}

const degradedTo = (to: string, cause: string): Degradation => ({ step: 'rerank', to, cause });
