import type { Config } from '../../config.ts';
import type { Reranker } from '../reranker.ts';
import { createCohereReranker } from './cohere-reranker.ts';
import { createHttpReranker } from './http-reranker.ts';
import { createOnnxReranker } from './onnx-reranker.ts';

/** The reranker of the settings, without asking it anything; null without one, and the fused order stands. */
export async function createReranker(config: Config['reranker']): Promise<Reranker | null> {
  switch (config?.provider) {
    case undefined:
      return null;
    case 'cohere':
      return createCohereReranker(config);
    case 'http':
      return createHttpReranker(config);
    case 'onnx':
      return createOnnxReranker(config);
  }
}
