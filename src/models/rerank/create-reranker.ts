import type { Config } from '../../config.ts';
import type { Reranker } from '../reranker.ts';
import { createCohereReranker } from './cohere-reranker.ts';
import { createHttpReranker } from './http-reranker.ts';

type RerankerConfig = NonNullable<Config['reranker']>;
type ConfigOf<Provider> = Extract<RerankerConfig, { provider: Provider }>;

/** One entry for each provider of the settings; a new one does not compile until it is here. */
const rerankers: {
  readonly [Provider in RerankerConfig['provider']]: (config: ConfigOf<Provider>) => Promise<Reranker>;
} = {
  cohere: createCohereReranker,
  http: createHttpReranker,
};

/** The reranker of the settings, without asking it anything; null without one, and the fused order stands. */
export async function createReranker(config: Config['reranker']): Promise<Reranker | null> {
  if (!config) return null;
  return config.provider === 'cohere' ? await rerankers.cohere(config) : await rerankers.http(config);
}
