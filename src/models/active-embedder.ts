import type { Embedder } from './embedder.ts';
import { readSimilarity } from './similarity.ts';

/** The embedder in use, which may become another one while the process runs; its id and vectors change together. */
export interface ActiveEmbedder extends Embedder {
  /** The embedder of that name or id; opened once and closed with this. Throws what opening it throws. */
  open(name: string): Promise<Embedder>;
  /** From the next text on it is that embedder. */
  use(embedder: Embedder): void;
}

export function createActiveEmbedder(
  configured: Embedder,
  openOther: (name: string) => Promise<Embedder>,
): ActiveEmbedder {
  const opened = new Map<string, Promise<Embedder>>([[configured.id, Promise.resolve(configured)]]);
  let active = configured;
  return {
    get id() {
      return active.id;
    },
    get dimensions() {
      return active.dimensions;
    },
    get languages() {
      return active.languages;
    },
    get maxTokens() {
      return active.maxTokens;
    },
    get callsAtOnce() {
      return active.callsAtOnce ?? 2;
    },
    similarity: () => readSimilarity(active),
    embedQuestions: (texts, signal) => active.embedQuestions(texts, signal),
    embedDocuments: (texts, signal) => active.embedDocuments(texts, signal),
    embedSentences: (texts, signal) => active.embedSentences(texts, signal),
    async open(name) {
      const opening = opened.get(name) ?? openOther(name);
      opened.set(name, opening);
      try {
        const embedder = await opening;
        // A name and an id may mean the same one.
        const known = (await opened.get(embedder.id)) ?? embedder;
        opened.set(embedder.id, Promise.resolve(known));
        if (known !== embedder) await embedder.close();
        opened.set(name, Promise.resolve(known));
        return known;
      } catch (error) {
        opened.delete(name);
        throw error;
      }
    },
    use(embedder) {
      active = embedder;
    },
    async close() {
      const all = await Promise.allSettled(opened.values());
      const embedders = new Set(all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
      await Promise.all([...embedders].map((embedder) => embedder.close()));
    },
  };
}
