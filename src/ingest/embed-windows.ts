import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore, UnwindowedText } from '../store/documents.ts';
import { cutWindows } from './cut-windows.ts';
import { embedTexts } from './embed-texts.ts';

export type WindowedText = Parameters<EmbeddingStore['saveWindows']>[2][number];

/** Embeds the windows of all texts in one call; one that is refused is left out, because its passage has a vector. Throws as `embedTexts` does. */
export async function embedWindows(
  embedder: Pick<Embedder, 'embedDocuments'>,
  texts: readonly UnwindowedText[],
  signal: AbortSignal,
): Promise<WindowedText[]> {
  const cut = texts.map((text) => cutWindows(text));
  const all = cut.flat().map(({ text }) => text);
  const vectors = (await embedTexts(embedder, all, signal)).values();
  return texts.map(({ tenantId, embeddingHash }, index) => {
    const windows = (cut[index] ?? []).flatMap(({ startFromEnd, endFromEnd }) => {
      const vector = vectors.next().value;
      return vector instanceof Float32Array ? [{ startFromEnd, endFromEnd, vector }] : [];
    });
    return { tenantId, embeddingHash, windows };
  });
}
