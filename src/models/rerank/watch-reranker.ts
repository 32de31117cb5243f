import { AppError } from '../../domain/errors.ts';
import type { Reranker } from '../reranker.ts';

export interface RerankerHealth {
  readonly isWorking: boolean;
  /** One sentence, fit for everyone who may see the state of the server. */
  readonly detail: string;
}

export interface WatchedReranker extends Reranker {
  health(): Promise<RerankerHealth>;
}

interface WatchOptions {
  readonly now: () => number;
  /** Milliseconds that a question of ours may take. */
  readonly probeMs?: number;
}

/** Asking costs money at some providers: a server that answered is believed, one that failed is asked again this much later. */
const millisecondsUntilNextProbe = 30_000;
/** A text that answers and one that does not: their scores also show a wrong RERANK_SCORES. */
const probe = {
  query: 'What is the capital of France?',
  texts: ['Paris is the capital of France.', 'Invoices are paid within thirty days.'],
};

/**
 * A reranker that remembers how its last call went. `health` asks the server itself only before the first call, and
 * after a failure at most every 30 seconds; it never throws.
 */
export function watchReranker(reranker: Reranker, { now, probeMs = 1_500 }: WatchOptions): WatchedReranker {
  let last: (RerankerHealth & { readonly at: number }) | null = null;
  let probing: Promise<void> | null = null;

  const watched: Reranker['rerank'] = async (request, signal) => {
    try {
      const relevance = await reranker.rerank(request, signal);
      if (request.texts.length > 0) last = { at: now(), isWorking: true, detail: `${reranker.id} ranks` };
      return relevance;
    } catch (error) {
      if (!signal.aborted) last = { at: now(), isWorking: false, detail: describeFailure(error) };
      throw error;
    }
  };

  const ask = async () => {
    const signal = AbortSignal.timeout(probeMs);
    try {
      const [relevant, other] = await watched(probe, signal);
      const scores = `${shown(relevant)} for a text that answers, ${shown(other)} for one that does not`;
      const isWorking = (relevant ?? 0) > (other ?? 0);
      last = { at: now(), isWorking, detail: `${reranker.id} gives ${scores}` };
    } catch {
      if (signal.aborted) last = { at: now(), isWorking: false, detail: `it takes longer than ${probeMs / 1000} s` };
    }
  };

  return {
    id: reranker.id,
    rerank: watched,
    async health() {
      if (last === null || (!last.isWorking && now() - last.at >= millisecondsUntilNextProbe)) {
        probing ??= ask().finally(() => {
          probing = null;
        });
        await probing;
      }
      return last ?? { isWorking: false, detail: 'it was not asked yet' };
    },
  };
}

const shown = (score: number | null | undefined) => (score ?? Number.NaN).toFixed(2);

function describeFailure(error: unknown): string {
  const { code, detail } = AppError.from(error);
  return `${code}: ${detail}`;
}
