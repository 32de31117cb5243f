import { AppError } from '../domain/errors.ts';
import type { Embedder } from '../models/embedder.ts';

/** A text that no server refuses: when it does not pass either, the fault is the server's. */
const control = 'Is anybody there?';

/**
 * The vector of each text, or why the embedder refuses that text: a batch that is refused is halved until the text is found that is to
 * blame, so that it does not hold the others. Throws what speaks against the server, MODEL_BAD_RESPONSE when it refuses everything.
 */
export async function embedTexts(
  embedder: Pick<Embedder, 'embedDocuments'>,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<(Float32Array | AppError)[]> {
  if (texts.length === 0) return [];
  try {
    const vectors = await embedder.embedDocuments(texts, signal);
    if (vectors.length < texts.length)
      throw new AppError('MODEL_BAD_RESPONSE', 'The embedder gave fewer vectors than texts.');
    return vectors;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'MODEL_BAD_RESPONSE') throw error;
    if (texts.length === 1) {
      await embedder.embedDocuments([control], signal);
      return [error];
    }
  }
  const half = Math.ceil(texts.length / 2);
  const first = await embedTexts(embedder, texts.slice(0, half), signal);
  return [...first, ...(await embedTexts(embedder, texts.slice(half), signal))];
}
