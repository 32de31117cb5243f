import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/domain/sha256.ts';
import type { Embed, Embedder } from '../../src/models/embedder.ts';

const hashBytes = 32;

/** An embedder whose vectors are kept in a folder by the hash of their text, so that a fit can be repeated in minutes. */
export function createCachedEmbedder(embedder: Embedder, folder: string): Embedder {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${embedder.id}.vectors`);
  const width = hashBytes + embedder.dimensions * 4;
  const known = new Map<string, Float32Array>();
  const stored = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  for (let at = 0; at + width <= stored.length; at += width) {
    const bytes = stored.subarray(at + hashBytes, at + width);
    known.set(stored.subarray(at, at + hashBytes).toString('hex'), new Float32Array(new Uint8Array(bytes).buffer));
  }
  const keyOf = (text: string) => sha256(text);
  const cached = (embed: Embed): Embed => {
    return async (texts, signal) => {
      const missing = [...new Set(texts)].filter((text) => !known.has(keyOf(text)));
      const vectors = missing.length === 0 ? [] : await embed(missing, signal);
      for (const [index, text] of missing.entries()) {
        const vector = vectors[index];
        if (!vector) continue;
        known.set(keyOf(text), vector);
        const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
        appendFileSync(file, Buffer.concat([Buffer.from(keyOf(text), 'hex'), bytes]));
      }
      return texts.map((text) => known.get(keyOf(text)) ?? new Float32Array(embedder.dimensions));
    };
  };
  return {
    ...embedder,
    embedQuestions: cached(embedder.embedQuestions),
    embedDocuments: cached(embedder.embedDocuments),
    embedSentences: cached(embedder.embedSentences),
  };
}
