import { createCallGuard } from '../call-guard.ts';
import { createDeadline } from '../deadline.ts';
import { toModelError } from '../model-error.ts';
import type { Reranker, RerankRequest } from '../reranker.ts';
import { readRelevance, type ScoredIndex, type ScoreScale } from './read-relevance.ts';

export interface RerankLimits {
  /** Milliseconds for one ranking, its retry included. */
  readonly timeoutMs: number;
  /** Milliseconds between a failed call and its one retry, unless the server says how long. */
  readonly retryDelayMs?: number;
}

/** A protocol's part: one request, answered in any order. */
export type AskForScores = (request: RerankRequest, signal: AbortSignal) => Promise<ScoredIndex[]>;

/** Gives a protocol what every reranker promises: a deadline, one retry, a breaker, errors with codes, relevance by index. */
export function guardReranker(
  { id, scale, limits }: { id: string; scale: ScoreScale; limits: RerankLimits },
  ask: AskForScores,
  close: Reranker['close'] = async () => {},
): Reranker {
  const guard = createCallGuard(limits.retryDelayMs ?? 200);
  return {
    id,
    async rerank(request, signal) {
      signal.throwIfAborted();
      if (request.texts.length === 0) return [];
      const deadline = createDeadline(limits.timeoutMs);
      const both = AbortSignal.any([signal, deadline.signal]);
      try {
        const scored = await guard.execute(() => askUntil(both, request, ask), both);
        return readRelevance(scored, { texts: request.texts.length, scale });
      } catch (error) {
        signal.throwIfAborted();
        throw toModelError(deadline.signal.aborted ? deadline.signal.reason : error);
      } finally {
        deadline.stop();
      }
    },
    close,
  };
}

/** Libraries wrap the reason of an abort; the breaker has to see the deadline itself. */
async function askUntil(signal: AbortSignal, request: RerankRequest, ask: AskForScores): Promise<ScoredIndex[]> {
  try {
    return await ask(request, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
