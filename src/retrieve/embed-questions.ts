import { LRUCache } from 'lru-cache';
import { AppError } from '../domain/errors.ts';
import type { CountTokens, Embedder } from '../models/embedder.ts';
import { readSimilarity } from '../models/similarity.ts';
import { orAborted } from '../resilience/or-aborted.ts';
import { fitQuestion } from './fit-question.ts';
import type { Degradation, QuestionVector } from './retrieve.ts';

const rememberedQuestions = 1_000;
/** An embedder puts one token before a text and one behind it. */
const ownTokens = 2;

export interface QuestionEmbedderDeps {
  readonly embedder: Pick<Embedder, 'id' | 'maxTokens' | 'similarity' | 'embedQuestions'>;
  readonly countTokens: CountTokens;
  /** Milliseconds that a question's vector may take before words alone decide. */
  readonly embedDeadline?: number;
}

const partOfQuestion: Degradation = { step: 'embed', to: 'a part of the question', cause: 'QUESTION_TOO_LONG' };

export interface EmbeddedQueries {
  readonly vectors: readonly (QuestionVector | undefined)[];
  /** The embedder that made them. */
  readonly embedder: string;
  readonly degradations: readonly Degradation[];
}

/**
 * Vectors of recent questions are remembered by embedder and text; they carry nothing of any tenant's documents. Of a question that is
 * longer than the embedder reads, the part that `fitQuestion` chooses is embedded, and a degradation says so.
 */
export function createQuestionEmbedder({ embedder, countTokens, embedDeadline = 2_000 }: QuestionEmbedderDeps) {
  const remembered = new LRUCache<string, QuestionVector>({ max: rememberedQuestions });
  return async (queries: readonly string[], signal: AbortSignal): Promise<EmbeddedQueries> => {
    // The embedder may become another one at any time; its name is read in the same turn as it is asked.
    const { id } = embedder;
    const keyOf = (query: string) => `${id}\0${query}`;
    const room = { mostTokens: embedder.maxTokens - ownTokens, countTokens };
    const read = queries.map((query) => fitQuestion(query, room));
    const known = new Map(read.map((query) => [query, remembered.get(keyOf(query))]));
    const missing = [...known.keys()].filter((query) => !known.get(query));
    const degradations: Degradation[] = [];
    if (read.some((query, index) => query !== queries[index])) degradations.push(partOfQuestion);
    if (missing.length > 0) {
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(embedDeadline)]);
        const [vectors, similarityOf] = await Promise.all([
          embedder.embedQuestions(missing, deadline),
          // What is measured goes on for the next question when the time of this one is over.
          orAborted(deadline, readSimilarity(embedder)),
        ]);
        for (const [index, query] of missing.entries()) {
          const vector = vectors[index];
          if (!vector) continue;
          const question = { vector, similarityOf };
          known.set(query, question);
          remembered.set(keyOf(query), question);
        }
      } catch (error) {
        signal.throwIfAborted();
        degradations.push({ step: 'embed', to: 'search by words', cause: AppError.from(error).code });
      }
    }
    return { vectors: read.map((query) => known.get(query)), embedder: id, degradations };
  };
}
