import { orAborted } from '../../resilience/or-aborted.ts';
import { type ModelThread, openModelThread, unavailable } from '../onnx/model-thread.ts';
import type { EmbeddingRequest, ModelOfThread } from './embedding-thread.ts';

type EmbeddingThread = ModelThread<EmbeddingRequest>;

interface LaneOptions extends ModelOfThread {
  /** A thread that is silent for so long after a question is given up. */
  readonly deadlineMilliseconds: number;
  /** The program of the threads. */
  readonly program: URL;
  /** Threads that serve the lane; each holds the model once. They start when there is work. */
  readonly threads: number;
  /** Characters of a batch, unless one text has more; 2,000 when left out, about 500 tokens of English. */
  readonly charactersPerBatch?: number;
  /** After so long without work all threads but one end, to give back the memory of the model; 10 when left out. */
  readonly idleSeconds?: number;
  /** A warm thread of another lane that has nothing to do; it takes a batch when the lane's own threads are at work. */
  readonly spareThread?: () => EmbeddingThread | null;
}

/** A queue of batches before one or more threads, first come, first served. */
export interface EmbeddingLane {
  /**
   * Unit vectors of the texts, in order. Throws MODEL_UNAVAILABLE when a thread ends, DEADLINE_EXCEEDED when it is silent,
   * the signal's reason when it is aborted; batches that wait are dropped then.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** A thread that has loaded the model and has nothing to do; null when there is none. */
  idleThread(): EmbeddingThread | null;
  close(): Promise<void>;
}

interface Batch {
  readonly texts: readonly string[];
  readonly resolve: (vectors: Float32Array) => void;
  readonly reject: (error: unknown) => void;
  isWanted(): boolean;
}

/** One batch runs while the next one already waits inside the thread, so that a busy event loop never leaves it idle. */
const batchesPerThread = 2;
const charactersPerBatchOfDocuments = 2_000;
const defaultIdleSeconds = 10;
const name = 'The built-in embedder';

export function createEmbeddingLane(options: LaneOptions): EmbeddingLane {
  const queue: Batch[] = [];
  const threads = new Set<EmbeddingThread>();
  const { idleSeconds = defaultIdleSeconds, deadlineMilliseconds, program } = options;
  const { maxTokens, dimensions, givesWay } = options;
  const workerData: ModelOfThread = { maxTokens, dimensions, givesWay };
  let closed = false;
  let resting: NodeJS.Timeout | undefined;

  function open(): EmbeddingThread {
    const thread = openModelThread<EmbeddingRequest>({ name, deadlineMilliseconds, program, workerData }, () => {
      threads.delete(thread);
      pump();
    });
    threads.add(thread);
    return thread;
  }

  /** An idle thread, else a new one, else a spare one, else one that has room. */
  function pickThread(): EmbeddingThread | null {
    const idlest = [...threads].sort((one, other) => one.load() - other.load())[0];
    if (idlest?.load() === 0) return idlest;
    if (threads.size < options.threads) return open();
    const spare = options.spareThread?.();
    if (spare) return spare;
    return idlest && idlest.load() < batchesPerThread ? idlest : null;
  }

  function rest(): void {
    if (threads.size < 2) return;
    resting = setTimeout(() => {
      const atRest = [...threads].filter((thread) => thread.load() === 0);
      for (const thread of atRest.slice(1)) void thread.close();
    }, idleSeconds * 1000);
    resting.unref();
  }

  function pump(): void {
    clearTimeout(resting);
    while (!closed) {
      const batch = queue[0];
      if (!batch) {
        rest();
        return;
      }
      if (batch.isWanted()) {
        const thread = pickThread();
        if (!thread) return;
        thread.ask({ texts: batch.texts }).then(batch.resolve, batch.reject).finally(pump);
      }
      queue.shift();
    }
  }

  async function embedBatches(texts: readonly string[], isWanted: () => boolean): Promise<Float32Array[]> {
    const vectors: Float32Array[] = new Array(texts.length);
    const work = batchTexts(texts, options.charactersPerBatch).map(async (positions) => {
      const batch = positions.map((position) => texts[position] ?? '');
      const rows = await new Promise<Float32Array>((resolve, reject) => {
        queue.push({ texts: batch, resolve, reject, isWanted });
      });
      for (const [row, position] of positions.entries())
        vectors[position] = rows.slice(row * dimensions, (row + 1) * dimensions);
    });
    pump();
    await Promise.all(work);
    return vectors;
  }

  return {
    async embed(texts, signal) {
      signal.throwIfAborted();
      if (closed) throw unavailable(`${name} is closed.`);
      let over = false;
      try {
        return await orAborted(
          signal,
          embedBatches(texts, () => !over && !signal.aborted),
        );
      } finally {
        over = true;
      }
    },
    idleThread: () => [...threads].find((thread) => thread.isWarm() && thread.load() === 0) ?? null,
    async close() {
      closed = true;
      clearTimeout(resting);
      for (const batch of queue.splice(0)) batch.reject(unavailable(`${name} is closed.`));
      await Promise.all([...threads].map((thread) => thread.close()));
    },
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
