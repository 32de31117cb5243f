import { AppError } from '../domain/errors.ts';
import { type CallGuard, createCallGuard } from './call-guard.ts';
import type { Embed, Embedder } from './embedder.ts';
import { retryAfterOf, statusOf, toModelError } from './model-error.ts';
import { type EmbeddingPrefixes, noPrefixes, writeOpenAiId } from './openai-embedder-id.ts';
import { savedShare } from './pace/minute-budget.ts';
import { createRequestPacer } from './pace/request-pacer.ts';
import { mostAtOnce } from './pace/request-window.ts';
import { toRequestBatches } from './request-batches.ts';
import { createSimilarity } from './similarity.ts';

export interface OpenAiEmbedderOptions {
  readonly model: string;
  readonly apiKey: string;
  /** Null: the public OpenAI API. */
  readonly baseUrl: string | null;
  /** Null: the model's own; a model that is not known here is asked once. */
  readonly dimensions: number | null;
  /** Length of the vectors of a model that is not known here, where it was asked before; it is not sent, since not every server takes it. */
  readonly vectorLength?: number | null;
  /** What the account allows; null or left out: no limit. */
  readonly requestsPerMinute?: number | null;
  readonly tokensPerMinute?: number | null;
  /** Put in front of each text; left out: none. */
  readonly prefixes?: EmbeddingPrefixes;
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

/**
 * An embedder behind the OpenAI protocol, through LangChain. Its vectors are brought to unit length. Requests with documents are paced, as
 * the server answers and as the limits say; those with questions go at once, and documents give way to them.
 * Throws MODEL_UNAVAILABLE, MODEL_REJECTED_KEY, MODEL_RATE_LIMITED, MODEL_BAD_RESPONSE (wrong count or dimensions too),
 * DEADLINE_EXCEEDED or the signal's reason.
 */
export async function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Promise<Embedder> {
  const { questionDeadlineMs = 5_000, documentDeadlineMs = 60_000, retryDelayMs = 300 } = options;
  const { requestsPerMinute = null, tokensPerMinute = null, model, prefixes = noPrefixes } = options;
  const open = await openRequests(options);
  const pacer = createRequestPacer({ requestsPerMinute, tokensPerMinute, isOverload, askedToWait: retryAfterOf });
  // Each has its own guard: a server that is left alone by documents is still asked questions.
  const lanes = { questions: createCallGuard(retryDelayMs), documents: createCallGuard(retryDelayMs) };
  const tokensMax = tokensPerMinute === null ? undefined : tokensPerMinute * savedShare;

  async function embedAtOnce(texts: readonly string[], signal: AbortSignal): Promise<number[][]> {
    const request = open(questionDeadlineMs, signal);
    const batches = toRequestBatches(texts, (text) => text);
    const vectors = batches.map(({ items, tokens }) => {
      pacer.count(tokens);
      return guarded(lanes.questions, () => request(items), signal);
    });
    return (await Promise.all(vectors)).flat();
  }

  async function embedInTurn(texts: readonly string[], signal: AbortSignal): Promise<number[][]> {
    const request = open(documentDeadlineMs, signal);
    const batches = toRequestBatches(texts, (text) => text, tokensMax);
    const vectors = batches.map(({ items, tokens }) =>
      guarded(lanes.documents, () => pacer.run(tokens, () => request(items), signal), signal),
    );
    return (await Promise.all(vectors)).flat();
  }

  const dimensions =
    options.dimensions ??
    knownDimensions.get(model) ??
    options.vectorLength ??
    (await askForDimensions(embedAtOnce, model));
  const toEmbed =
    (embed: typeof embedInTurn, prefix: string): Embed =>
    async (texts, signal) => {
      const vectors = await embed(
        texts.map((text) => prefix + text),
        signal,
      );
      return vectors.map((vector) => toUnitVector(vector, dimensions));
    };
  const embedQuestions = toEmbed(embedAtOnce, prefixes.question);
  const embedSentences = toEmbed(embedAtOnce, prefixes.document);
  return {
    id: writeOpenAiId({ model, dimensions, prefixes }),
    dimensions,
    maxTokens: 8191,
    languages: null,
    callsAtOnce: mostAtOnce,
    similarity: createSimilarity({ embedQuestions, embedSentences }),
    embedQuestions,
    embedDocuments: toEmbed(embedInTurn, prefixes.document),
    embedSentences,
    close: async () => {},
  };
}

type Request = (texts: readonly string[]) => Promise<number[][]>;

async function openRequests(
  options: OpenAiEmbedderOptions,
): Promise<(timeout: number, signal: AbortSignal) => Request> {
  const { OpenAIEmbeddings: Embeddings } = await import('@langchain/openai');
  return (timeout, signal) => {
    const embeddings = new Embeddings({
      model: options.model,
      apiKey: options.apiKey,
      ...(options.dimensions === null ? {} : { dimensions: options.dimensions }),
      encodingFormat: 'float',
      stripNewLines: false,
      // Batches are cut before; LangChain would send those that it cuts all at once.
      batchSize: Number.POSITIVE_INFINITY,
      maxRetries: 0,
      timeout,
      configuration: {
        baseURL: options.baseUrl ?? undefined,
        // LangChain's embeddings take no signal; the request does.
        fetch: (url, init) =>
          fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
      },
    });
    return async (texts) => {
      const vectors = await embeddings.embedDocuments([...texts]);
      if (vectors.length !== texts.length) throw badResponse(`${vectors.length} vectors for ${texts.length} texts`);
      return vectors;
    };
  };
}

/** What says that the server has too much to do, or that the account may not ask more at present. */
const isOverload = (error: unknown): boolean => [429, 503].includes(statusOf(error) ?? 0);

async function guarded<T>(guard: CallGuard, request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await guard.execute(request, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw toModelError(error);
  }
}

async function askForDimensions(
  embed: (texts: readonly string[], signal: AbortSignal) => Promise<number[][]>,
  model: string,
): Promise<number> {
  const [vector] = await embed(['dimensions'], new AbortController().signal);
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
