import type { TenantId } from '../../domain/ids.ts';
import { createTextMemory } from '../../domain/text-memory.ts';
import type { Embed, Embedder } from '../../models/embedder.ts';

/** Vectors kept: about 8 MB at 384 dimensions. */
const remembered = 5000;
/** Longer than any dozen of sentences takes; the answer goes on without vectors then. */
const deadlineMs = 1500;

/**
 * Vectors of sentences, remembered by tenant and text. Rejects with what the embedder throws, or when the deadline has passed.
 */
export function createEmbedUnits(embedder: Embedder, deadline = deadlineMs): (tenant: TenantId) => Embed {
  const vectors = createTextMemory<string, Float32Array>({ max: remembered });
  return (tenant) => async (texts, signal) => {
    const keys = texts.map((text) => `${tenant} ${embedder.id} ${text}`);
    const found = new Map(keys.map((key) => [key, vectors.get(key)]));
    const missing = texts.filter((_, index) => !found.get(keys[index] ?? ''));
    if (missing.length > 0) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(deadline)]);
      const embedded = await embedder.embedSentences(missing, limited);
      for (const [index, text] of missing.entries()) {
        const vector = embedded[index];
        const key = `${tenant} ${embedder.id} ${text}`;
        if (vector) vectors.set(key, vector);
        found.set(key, vector);
      }
    }
    return keys.map((key) => found.get(key) ?? new Float32Array(embedder.dimensions));
  };
}
