import type { Config } from '../config.ts';
import { AppError } from '../domain/errors.ts';
import type { Embedder } from './embedder.ts';
import { createMiniLmEmbedder } from './minilm/minilm-embedder.ts';
import { createOpenAiEmbedder } from './openai-embedder.ts';
import { noPrefixes, readOpenAiId } from './openai-embedder-id.ts';

type EmbeddingConfig = Config['embedding'];
type ConfigOf<Provider> = Extract<EmbeddingConfig, { provider: Provider }>;

interface EmbedderOptions {
  /** Threads for the documents of an embedder that runs in this process. */
  readonly threads: number;
  /** What one behind a server may be asked in a minute; left out: as much as it answers well. */
  readonly limits?: Config['embeddingLimits'];
  /** The id of the embedder that was in use before: a server that is away need not be asked again how long its vectors are. */
  readonly before?: string | null;
}

/** One entry for each provider of the settings; a new one does not compile until it is here. */
const embedders: {
  readonly [Provider in EmbeddingConfig['provider']]: (
    config: ConfigOf<Provider>,
    options: EmbedderOptions,
  ) => Promise<Embedder>;
} = {
  minilm: async (_config, options) => createMiniLmEmbedder(options),
  openai: (config, { limits, before = null }) =>
    createOpenAiEmbedder({ ...config, ...limits, vectorLength: lengthOf(config.model, before) }),
};

/** The embedder of the settings. An unknown model behind the OpenAI protocol is asked for its dimensions once. */
export async function createEmbedder(config: EmbeddingConfig, options: EmbedderOptions): Promise<Embedder> {
  return config.provider === 'minilm'
    ? await embedders.minilm(config, options)
    : await embedders.openai(config, options);
}

/** Dimensions in the id of an embedder of that model; null for another model's. */
function lengthOf(model: string, id: string | null): number | null {
  const before = readOpenAiId(id ?? '');
  return before?.model === model ? before.dimensions : null;
}

const builtIn: ReadonlySet<string> = new Set(['minilm', 'all-MiniLM-L6-v2-int8']);

/**
 * The settings of an embedder by the name that EMBEDDING_MODEL takes, or by the `id` of one, which says all of it; what EMBEDDING_DIMENSIONS and
 * the prefixes say holds for the model of EMBEDDING_MODEL alone.
 * Throws INVALID_REQUEST when it needs a model server and none is set.
 */
export function embeddingConfigOf(
  name: string,
  { embedding, modelServer }: Pick<Config, 'embedding' | 'modelServer'>,
): EmbeddingConfig {
  if (builtIn.has(name)) return { provider: 'minilm' };
  if (modelServer === null)
    throw new AppError('INVALID_REQUEST', `The embedder ${name} needs a model server.`, {
      errors: [{ field: 'embedder', expected: '`minilm`, or OPENAI_API_KEY or OPENAI_BASE_URL set', received: name }],
    });
  if (embedding.provider === 'openai' && embedding.model === name) return embedding;
  const { model, dimensions, prefixes } = readOpenAiId(name) ?? { model: name, dimensions: null, prefixes: noPrefixes };
  return { provider: 'openai', model, dimensions, prefixes, ...modelServer };
}
