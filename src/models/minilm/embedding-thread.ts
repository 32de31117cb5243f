import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { lowerThreadPriority } from '../../resilience/lower-priority.ts';
import { createTokenEncoder, modelFolder } from './tokenizer.ts';

/** What the thread is asked for. */
export interface EmbeddingRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** `close` ends the thread after the run in progress, without the requests that wait. */
export type ThreadMessage = EmbeddingRequest | { readonly close: true };

/** `vectors` holds one unit vector after the other, in the order of the texts. */
export type EmbeddingReply =
  | { readonly id: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };

/** Which vectors it makes; `givesWay`: texts for which nobody waits. */
export interface ModelOfThread {
  readonly maxTokens: number;
  readonly dimensions: number;
  readonly givesWay: boolean;
}

interface Model {
  /** Stops before the next text when `isOver` says so. */
  embed(texts: readonly string[], isOver: () => boolean): Promise<Float32Array<ArrayBuffer>>;
}

async function loadModel(maxTokens: number, dimensions: number): Promise<Model> {
  const encoder = createTokenEncoder(maxTokens);
  const session = await InferenceSession.create(fileURLToPath(new URL('model.onnx', modelFolder)), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
  });

  async function embedOne(text: string): Promise<Float32Array> {
    const ids = BigInt64Array.from(encoder.encode(text), BigInt);
    const shape = [1, ids.length];
    const output = await session.run({
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
    });
    const vector = Object.values(output)[0]?.data;
    if (!(vector instanceof Float32Array) || vector.length !== dimensions)
      throw new Error(`The model gave no vector of ${dimensions} dimensions.`);
    return vector;
  }

  return {
    // One text a run: the model scales its integers over the whole batch, so a text's vector would depend on its neighbours (cosine .975 seen).
    // For passages this is as fast; short texts lose a third.
    async embed(texts, isOver) {
      const vectors = new Float32Array(texts.length * dimensions);
      for (const [row, text] of texts.entries()) {
        if (isOver()) break;
        vectors.set(await embedOne(text), row * dimensions);
      }
      return vectors;
    },
  };
}

async function answer(model: Model, { id, texts }: EmbeddingRequest, isOver: () => boolean): Promise<EmbeddingReply> {
  try {
    return { id, vectors: await model.embed(texts, isOver) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

if (parentPort) {
  const port = parentPort;
  const { maxTokens, dimensions, givesWay }: ModelOfThread = workerData;
  if (givesWay) lowerThreadPriority();
  let closing = false;
  // A model that cannot be loaded ends the thread; its owner hears that as an error event.
  const model = await loadModel(maxTokens, dimensions);
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ThreadMessage) => {
    if ('close' in message) {
      closing = true;
      last = last.then(() => port.close());
      return;
    }
    last = last.then(async () => {
      if (closing) return;
      const reply = await answer(model, message, () => closing);
      port.postMessage(reply, 'vectors' in reply ? [reply.vectors.buffer] : []);
    });
  });
}
