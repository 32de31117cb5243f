import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../../resilience/lower-priority.ts';
import { openSession } from '../onnx/open-session.ts';
import { type RunModel, serveModel } from '../onnx/serve-model.ts';
import { toRow } from '../onnx/to-row.ts';
import { createTokenEncoder, modelFolder } from './tokenizer.ts';

/** Answered by one unit vector after the other, in the order of the texts. */
export interface EmbeddingRequest {
  readonly texts: readonly string[];
}

/** Which vectors it makes; `givesWay`: texts for which nobody waits. */
export interface ModelOfThread {
  readonly maxTokens: number;
  readonly dimensions: number;
  readonly givesWay: boolean;
}

async function loadModel({ maxTokens, dimensions }: ModelOfThread): Promise<RunModel<EmbeddingRequest>> {
  const encoder = createTokenEncoder(maxTokens);
  const session = await openSession(fileURLToPath(new URL('model.onnx', modelFolder)));

  async function embedOne(text: string): Promise<Float32Array> {
    const ids = encoder.encode(text);
    const output = await session.run({ input_ids: toRow(ids), attention_mask: toRow(ids.map(() => 1)) });
    const vector = Object.values(output)[0]?.data;
    if (!(vector instanceof Float32Array) || vector.length !== dimensions)
      throw new Error(`The model gave no vector of ${dimensions} dimensions.`);
    return vector;
  }

  // One text a run: the model scales its integers over the whole batch, so a text's vector would depend on its neighbours (cosine .975 seen).
  // For passages this is as fast; short texts lose a third.
  return async ({ texts }, isOver) => {
    const vectors = new Float32Array(texts.length * dimensions);
    for (const [row, text] of texts.entries()) {
      if (isOver()) break;
      vectors.set(await embedOne(text), row * dimensions);
    }
    return vectors;
  };
}

if (parentPort) {
  const model: ModelOfThread = workerData;
  if (model.givesWay) lowerThreadPriority();
  // A model that cannot be loaded ends the thread; its owner hears that as an error event.
  serveModel(parentPort, await loadModel(model));
}
