import type { Config } from '../config.ts';
import type { Embedder } from './embedder.ts';
import { createMiniLmEmbedder } from './minilm/minilm-embedder.ts';
import { createOpenAiEmbedder } from './openai-embedder.ts';

type EmbeddingConfig = Config['embedding'];
type ConfigOf<Provider> = Extract<EmbeddingConfig, { provider: Provider }>;

interface EmbedderOptions {
  /** Threads for the documents of an embedder that runs in this process. */
  readonly threads: number;
}

/** One entry for each provider of the settings; a new one does not compile until it is here. */
const embedders: {
  readonly [Provider in EmbeddingConfig['provider']]: (
    config: ConfigOf<Provider>,
    options: EmbedderOptions,
  ) => Promise<Embedder>;
} = {
  minilm: async (_config, options) => createMiniLmEmbedder(options),
  openai: createOpenAiEmbedder,
};

/** The embedder of the settings. An unknown model behind the OpenAI protocol is asked for its dimensions once. */
export async function createEmbedder(config: EmbeddingConfig, options: EmbedderOptions): Promise<Embedder> {
  return config.provider === 'minilm'
    ? await embedders.minilm(config, options)
    : await embedders.openai(config, options);
}
