import { AppError } from '../domain/errors.ts';
import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore, UnwindowedText } from '../store/documents.ts';
import { cutWindows } from './cut-windows.ts';

export type WindowedText = Parameters<EmbeddingStore['saveWindows']>[2][number];

/** Embeds the windows of all texts in one call. Throws MODEL_BAD_RESPONSE, or what the embedder throws. */
export async function embedWindows(
  embedder: Pick<Embedder, 'embedDocuments'>,
  texts: readonly UnwindowedText[],
  signal: AbortSignal,
): Promise<WindowedText[]> {
  const cut = texts.map((text) => cutWindows(text));
  const all = cut.flat().map(({ text }) => text);
  const vectors = all.length === 0 ? [] : await embedder.embedDocuments(all, signal);
  let next = 0;
  return texts.map(({ tenantId, embeddingHash }, index) => {
    const windows = (cut[index] ?? []).map(({ startFromEnd, endFromEnd }) => {
      const vector = vectors[next];
      next += 1;
      if (!vector) throw new AppError('MODEL_BAD_RESPONSE', 'The embedder gave fewer vectors than texts.');
      return { startFromEnd, endFromEnd, vector };
    });
    return { tenantId, embeddingHash, windows };
  });
}
