import type { Embedder } from '../src/models/embedder.ts';

/** All texts along one axis of so many dimensions. */
export function flatEmbedder(id: string, dimensions: number): Embedder {
  const embed = async (texts: readonly string[]) =>
    texts.map(() => Float32Array.from({ length: dimensions }, (_, axis) => (axis === 0 ? 1 : 0)));
  return {
    id,
    dimensions,
    maxTokens: 100,
    languages: null,
    embedQuestions: embed,
    embedDocuments: embed,
    embedSentences: embed,
    close: async () => {},
  };
}
