import { z } from 'zod';
import type { Reranker } from '../reranker.ts';
import { guardReranker, type RerankLimits } from './guard-reranker.ts';
import { badAnswer } from './read-relevance.ts';

export interface CohereRerankerOptions extends RerankLimits {
  readonly model: string;
  readonly apiKey: string;
  /** Null: Cohere's own. With or without the version at its end. */
  readonly baseUrl: string | null;
}

/** The library does not check what it received. */
const Results = z.array(z.object({ index: z.number(), relevanceScore: z.number() }));

/** Cohere Rerank over version 2 of its API. Its scores are in [0, 1]. */
export async function createCohereReranker(options: CohereRerankerOptions): Promise<Reranker> {
  // Loaded only where it is configured: it takes half a second.
  const { CohereClientV2 } = await import('cohere-ai');
  const client = new CohereClientV2({
    token: options.apiKey,
    ...(options.baseUrl === null ? {} : { baseUrl: options.baseUrl.replace(/\/(?:v\d+\/?)?$/, '') }),
    maxRetries: 0,
    // The deadline of the guard comes first; the library's own default is five minutes.
    timeoutInSeconds: options.timeoutMs / 1000 + 1,
  });
  const { model } = options;
  return guardReranker({ id: model, scale: 'probability', limits: options }, async ({ query, texts }, abortSignal) => {
    const request = { model, query, documents: [...texts], topN: texts.length };
    const { results } = await client.rerank(request, { abortSignal });
    const parsed = Results.safeParse(results);
    if (!parsed.success) throw badAnswer('something that is no list of scores', parsed.error);
    return parsed.data.map(({ index, relevanceScore }) => ({ index, score: relevanceScore }));
  });
}
