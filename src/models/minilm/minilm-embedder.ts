import type { Embedder } from '../embedder.ts';
import { createEmbeddingLane } from './embedding-lane.ts';

export const minilmId = 'all-MiniLM-L6-v2-int8';

const dimensions = 384;
const maxTokens = 256;
const deadlineMilliseconds = 30_000;
/** Sentences for which a reader waits are shared out among threads in portions of this size, about 75 tokens. */
const charactersPerBatchOfQuestions = 300;

export interface MiniLmOptions {
  /** Threads for documents, one for each core, each about 90 MB; questions have one more of their own. */
  readonly threads: number;
}

/**
 * The built-in embedder: all-MiniLM-L6-v2 in int8, English, at most 256 tokens of a text, unit vectors of 384 dimensions.
 * Questions have a thread of their own and never queue behind documents, whose threads run at a lower priority; on several cores they also use one
 * of these that is at rest.
 * Threads start with the first text.
 */
export function createMiniLmEmbedder({ threads }: MiniLmOptions): Embedder {
  const program = new URL('./embedding-thread.ts', import.meta.url);
  const lane = { maxTokens, dimensions, deadlineMilliseconds, program };
  const documents = createEmbeddingLane({ ...lane, threads, givesWay: true });
  const questions = createEmbeddingLane({
    ...lane,
    threads: 1,
    givesWay: false,
    charactersPerBatch: charactersPerBatchOfQuestions,
    spareThread: () => (threads > 1 ? documents.idleThread() : null),
  });
  return {
    id: minilmId,
    dimensions,
    maxTokens,
    languages: ['en'],
    embedQuestions: questions.embed,
    embedDocuments: documents.embed,
    embedSentences: questions.embed,
    async close() {
      await Promise.all([questions.close(), documents.close()]);
    },
  };
}
