import { createModelPool, type ModelPoolOptions } from '../onnx/model-pool.ts';
import type { ModelThread } from '../onnx/model-thread.ts';
import type { EmbeddingRequest, ModelOfThread } from './embedding-thread.ts';

interface LaneOptions extends ModelOfThread, Omit<ModelPoolOptions<EmbeddingRequest>, 'name' | 'workerData'> {
  /** Characters of a batch, unless one text has more; 2,000 when left out, about 500 tokens of English. */
  readonly charactersPerBatch?: number;
}

/** Texts in batches before one or more threads, first come, first served. */
export interface EmbeddingLane {
  /**
   * Unit vectors of the texts, in order. Throws MODEL_UNAVAILABLE when a thread ends, DEADLINE_EXCEEDED when it is silent,
   * the signal's reason when it is aborted; batches that wait are dropped then.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** A thread that has loaded the model and has nothing to do; null when there is none. */
  idleThread(): ModelThread<EmbeddingRequest> | null;
  close(): Promise<void>;
}

const charactersPerBatchOfDocuments = 2_000;

export function createEmbeddingLane(options: LaneOptions): EmbeddingLane {
  const { maxTokens, dimensions, givesWay, charactersPerBatch, ...threads } = options;
  const workerData: ModelOfThread = { maxTokens, dimensions, givesWay };
  const pool = createModelPool<EmbeddingRequest>({ ...threads, name: 'The built-in embedder', workerData });
  return {
    async embed(texts, signal) {
      const failed = new AbortController();
      const wanted = AbortSignal.any([signal, failed.signal]);
      const vectors: Float32Array[] = new Array(texts.length);
      const work = batchTexts(texts, charactersPerBatch).map(async (positions) => {
        const rows = await pool.ask({ texts: positions.map((position) => texts[position] ?? '') }, wanted);
        for (const [row, position] of positions.entries())
          vectors[position] = rows.slice(row * dimensions, (row + 1) * dimensions);
      });
      try {
        await Promise.all(work);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
      return vectors;
    },
    idleThread: pool.idleThread,
    close: pool.close,
  };
}

/** Positions of the texts in batches of like length, longest first, so that the last ones to finish are short. */
export function batchTexts(texts: readonly string[], charactersPerBatch = charactersPerBatchOfDocuments): number[][] {
  const length = (index: number) => texts[index]?.length ?? 0;
  const batches: number[][] = [];
  let batch: number[] = [];
  let characters = 0;
  for (const index of [...texts.keys()].sort((one, other) => length(other) - length(one))) {
    if (batch.length > 0 && characters + length(index) > charactersPerBatch) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(index);
    characters += length(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
