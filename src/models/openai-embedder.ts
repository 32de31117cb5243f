import type { OpenAIEmbeddings } from '@langchain/openai';
import { AppError } from '../domain/errors.ts';
import { type CallGuard, createCallGuard } from './call-guard.ts';
import type { Embedder } from './embedder.ts';
import { toModelError } from './model-error.ts';

export interface OpenAiEmbedderOptions {
  readonly model: string;
  readonly apiKey: string;
  /** Null: the public OpenAI API. */
  readonly baseUrl: string | null;
  /** Null: the model's own; a model that is not known here is asked once. */
  readonly dimensions: number | null;
  readonly questionDeadlineMs?: number;
  readonly documentDeadlineMs?: number;
  readonly retryDelayMs?: number;
}

/** Vector lengths of OpenAI's models. */
const knownDimensions: ReadonlyMap<string, number> = new Map([
  ['text-embedding-3-large', 3072],
  ['text-embedding-3-small', 1536],
  ['text-embedding-ada-002', 1536],
]);
/** Below the limits of every server that was met; larger requests gain nothing. */
const textsPerRequest = 64;

/**
 * An embedder behind the OpenAI protocol, through LangChain. Its vectors are brought to unit length.
 * Throws MODEL_UNAVAILABLE, MODEL_REJECTED_KEY, MODEL_RATE_LIMITED, MODEL_BAD_RESPONSE (wrong count or dimensions too),
 * DEADLINE_EXCEEDED or the signal's reason.
 */
export async function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Promise<Embedder> {
  const { questionDeadlineMs = 5_000, documentDeadlineMs = 60_000, retryDelayMs = 300 } = options;
  const { OpenAIEmbeddings: Embeddings } = await import('@langchain/openai');
  const guard = createCallGuard(retryDelayMs);
  const open = (timeout: number, signal: AbortSignal) =>
    new Embeddings({
      model: options.model,
      apiKey: options.apiKey,
      ...(options.dimensions === null ? {} : { dimensions: options.dimensions }),
      encodingFormat: 'float',
      stripNewLines: false,
      batchSize: textsPerRequest,
      maxRetries: 0,
      timeout,
      configuration: {
        baseURL: options.baseUrl ?? undefined,
        // LangChain's embeddings take no signal; the request does.
        fetch: (url, init) =>
          fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
      },
    });

  async function embed(texts: readonly string[], deadlineMs: number, signal: AbortSignal): Promise<number[][]> {
    const vectors: number[][] = [];
    for (let start = 0; start < texts.length; start += textsPerRequest) {
      signal.throwIfAborted();
      const batch = texts.slice(start, start + textsPerRequest);
      vectors.push(...(await request(guard, open(deadlineMs, signal), { batch, signal })));
    }
    return vectors;
  }

  const dimensions =
    options.dimensions ?? knownDimensions.get(options.model) ?? (await askForDimensions(embed, options.model));
  const embedWithin = (deadlineMs: number) => async (texts: readonly string[], signal: AbortSignal) =>
    (await embed(texts, deadlineMs, signal)).map((vector) => toUnitVector(vector, dimensions));
  return {
    id: `openai:${options.model}:${dimensions}`,
    dimensions,
    maxTokens: 8191,
    languages: null,
    embedQuestions: embedWithin(questionDeadlineMs),
    embedDocuments: embedWithin(documentDeadlineMs),
    close: async () => {},
  };
}

async function request(
  guard: CallGuard,
  embeddings: OpenAIEmbeddings,
  { batch, signal }: { batch: readonly string[]; signal: AbortSignal },
): Promise<number[][]> {
  try {
    return await guard.execute(() => embeddings.embedDocuments([...batch]), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw toModelError(error);
  }
}

async function askForDimensions(
  embed: (texts: readonly string[], deadlineMs: number, signal: AbortSignal) => Promise<number[][]>,
  model: string,
): Promise<number> {
  const [vector] = await embed(['dimensions'], 10_000, new AbortController().signal);
  if (!Array.isArray(vector) || vector.length === 0) throw badResponse(`no vector for the model ${model}`);
  return vector.length;
}

function toUnitVector(vector: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(vector)) throw badResponse('something that is not a vector');
  if (vector.length !== dimensions)
    throw badResponse(`a vector of ${vector.length} numbers, where ${dimensions} are expected`);
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) throw badResponse('a vector without a direction');
  return Float32Array.from(vector, (value) => value / length);
}

const badResponse = (received: string) =>
  new AppError(
    'MODEL_BAD_RESPONSE',
    `The embedding server sent ${received}. Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS.`,
  );
