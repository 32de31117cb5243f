import { AppError } from './domain/errors.ts';
import { type IndexParts, type OpenedIndex, startBuild } from './index-parts.ts';
import type { BuiltIndex } from './ingest/reindex.ts';
import { createReindexRun } from './ingest/reindex-run.ts';
import { openQdrant } from './open-qdrant.ts';
import type { IndexAdministration } from './store/index-administration.ts';
import { createMemoryIndex } from './store/vectors/memory/memory-index.ts';

/** The index of the settings: in memory, or on the server of QDRANT_URL, which need not answer yet. */
export async function openIndex(parts: IndexParts): Promise<OpenedIndex> {
  return parts.config.qdrant ? await openQdrant(parts, parts.config.qdrant) : openMemory(parts);
}

function openMemory({ stores, embedder, log }: IndexParts): OpenedIndex {
  const index = createMemoryIndex({ rows: stores.indexRows, embedder });
  const run = createReindexRun(log);
  const needsServer = async (): Promise<never> => {
    throw new AppError('CONFLICT', 'The index is in memory: there is no second one. Set QDRANT_URL for that.');
  };
  const status: IndexAdministration['status'] = async () => ({
    driver: 'memory',
    collections: [],
    reindex: run.last(),
  });
  const built: BuiltIndex = {
    collection: 'memory',
    embedder,
    isLive: true,
    reset: async () => {},
    fill: (tenant) => index.rebuild(tenant),
    async checksum(tenant) {
      return { passages: await index.count(tenant), embedded: null, checksum: null, embeddedChecksum: null };
    },
  };
  return {
    index,
    administration: {
      status,
      async reindex(name) {
        if (name !== null) return await needsServer();
        startBuild({ run, stores }, built);
        return await status();
      },
      compare: needsServer,
      switchTo: needsServer,
    },
    stop: run.stop,
  };
}
