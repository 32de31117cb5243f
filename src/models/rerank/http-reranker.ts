import { z } from 'zod';
import { ModelStatusError } from '../model-error.ts';
import type { Reranker, RerankRequest } from '../reranker.ts';
import { type AskForScores, guardReranker, type RerankLimits } from './guard-reranker.ts';
import { badAnswer, type ScoredIndex, type ScoreScale } from './read-relevance.ts';

/** How the request is written: as Cohere, Jina, vLLM, Infinity and llama.cpp take it, or as Text Embeddings Inference does. */
export type RerankFormat = 'cohere' | 'tei';

export interface HttpRerankerOptions extends RerankLimits {
  /** The whole address of the endpoint, as `http://localhost:8080/rerank`. */
  readonly url: string;
  readonly apiKey: string | null;
  /** Null: the server has one model only. */
  readonly model: string | null;
  readonly format: RerankFormat;
  readonly scale: ScoreScale;
}

interface Format {
  /** Texts that one request may carry. */
  readonly textsPerRequest: number;
  body(request: RerankRequest, options: Pick<HttpRerankerOptions, 'model' | 'scale'>): object;
}

const formats: { readonly [Name in RerankFormat]: Format } = {
  cohere: {
    textsPerRequest: 1000,
    body: ({ query, texts }, { model }) => ({
      ...(model === null ? {} : { model }),
      query,
      documents: texts,
      top_n: texts.length,
      return_documents: false,
    }),
  },
  tei: {
    // Its `--max-client-batch-size`, unless the operator raised it.
    textsPerRequest: 32,
    body: ({ query, texts }, { scale }) => ({ query, texts, raw_scores: scale === 'logit', truncate: true }),
  },
};

const Scored = z.union([
  z
    .object({ index: z.number(), relevance_score: z.number() })
    .transform(({ index, relevance_score }) => ({ index, score: relevance_score })),
  z.object({ index: z.number(), score: z.number() }),
]);
/** A list, or a list under `results`; each entry with `relevance_score` or `score`. */
const Answer = z.union([
  z.array(Scored),
  z.object({ results: z.array(Scored) }).transform(({ results }): ScoredIndex[] => results),
]);

/** Any server with `POST /rerank`. It sees the question and the texts, nothing else. */
export async function createHttpReranker(options: HttpRerankerOptions): Promise<Reranker> {
  const { scale, model } = options;
  const { textsPerRequest } = formats[options.format];
  const ask: AskForScores = async ({ query, texts }, signal) => {
    const starts = Array.from(
      { length: Math.ceil(texts.length / textsPerRequest) },
      (_, part) => part * textsPerRequest,
    );
    const answers = await Promise.all(
      starts.map(async (start) => {
        const part = { query, texts: texts.slice(start, start + textsPerRequest) };
        return toWhole(await post(options, part, signal), { start, length: part.texts.length });
      }),
    );
    return answers.flat();
  };
  return guardReranker({ id: model ?? 'the model of RERANK_URL', scale, limits: options }, ask);
}

/** The indices of a part as indices of the whole; an index that the part does not have must not fall into the next one. */
function toWhole(scored: readonly ScoredIndex[], { start, length }: { start: number; length: number }): ScoredIndex[] {
  return scored.map(({ index, score }) => {
    if (!(index >= 0 && index < length)) throw badAnswer(`a score for text ${index} of ${length} texts`);
    return { index: start + index, score };
  });
}

async function post(options: HttpRerankerOptions, request: RerankRequest, signal: AbortSignal): Promise<ScoredIndex[]> {
  const response = await fetch(options.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
    },
    body: JSON.stringify(formats[options.format].body(request, options)),
    // Texts go to the configured address only.
    redirect: 'error',
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ModelStatusError(response);
  }
  const parsed = Answer.safeParse(await response.json());
  if (!parsed.success) throw badAnswer('something that is no list of scores', parsed.error);
  return parsed.data;
}
