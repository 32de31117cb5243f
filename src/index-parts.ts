import type { Config } from './config.ts';
import { type BuiltIndex, buildIndex } from './ingest/reindex.ts';
import type { ReindexRun } from './ingest/reindex-run.ts';
import type { ActiveEmbedder } from './models/active-embedder.ts';
import type { Log } from './server/server-deps.ts';
import type { IndexAdministration } from './store/index-administration.ts';
import type { Stores } from './store/postgres/stores.ts';
import type { VectorIndex } from './store/vector-index.ts';

/** What an index is made of, whichever driver it is. */
export interface IndexParts {
  readonly config: Config;
  readonly stores: Stores;
  readonly embedder: ActiveEmbedder;
  readonly log: Log;
}

export interface OpenedIndex {
  readonly index: VectorIndex;
  readonly administration: IndexAdministration;
  stop(): Promise<void>;
}

/** Builds the index from the rows in the background, then calls `onEnd`. Throws CONFLICT while another one is built. */
export function startBuild(
  { run, stores, onEnd = async () => {} }: { run: ReindexRun; stores: Stores; onEnd?: () => Promise<void> },
  built: BuiltIndex,
): void {
  const deps = { tenants: stores.identities.tenantIds, embeddings: stores.embeddings, rows: stores.indexRows };
  run.start(built, (options) => buildIndex(deps, built, options).finally(onEnd));
}
