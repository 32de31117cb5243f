import { createHealthWatch, describeFailure, type HealthWatch } from '../health-watch.ts';
import type { Reranker } from '../reranker.ts';

export interface WatchedReranker extends Reranker {
  readonly health: HealthWatch['health'];
}

interface WatchOptions {
  readonly now: () => number;
  /** Milliseconds that a question of ours may take. */
  readonly probeMs?: number;
}

/** A text that answers and one that does not: their scores also show a wrong RERANK_SCORES. */
const probe = {
  query: 'What is the capital of France?',
  texts: ['Paris is the capital of France.', 'Invoices are paid within thirty days.'],
};

/** A reranker that remembers how its last call went. */
export function watchReranker(reranker: Reranker, { now, probeMs = 1_500 }: WatchOptions): WatchedReranker {
  const watched: Reranker['rerank'] = async (request, signal) => {
    try {
      const relevance = await reranker.rerank(request, signal);
      if (request.texts.length > 0) watch.note({ isWorking: true, detail: `${reranker.id} ranks` });
      return relevance;
    } catch (error) {
      if (!signal.aborted) watch.note({ isWorking: false, detail: describeFailure(error) });
      throw error;
    }
  };
  const ask = async (signal: AbortSignal) => {
    const [relevant, other] = await watched(probe, signal);
    const scores = `${shown(relevant)} for a text that answers, ${shown(other)} for one that does not`;
    watch.note({ isWorking: (relevant ?? 0) > (other ?? 0), detail: `${reranker.id} gives ${scores}` });
  };
  const watch = createHealthWatch({ ask, now, probeMs });
  return { id: reranker.id, rerank: watched, health: watch.health, close: reranker.close };
}

const shown = (score: number | null | undefined) => (score ?? Number.NaN).toFixed(2);
