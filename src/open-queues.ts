import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { TenantId } from './domain/ids.ts';
import { createEmbedQueue } from './ingest/embed-queue.ts';
import { createIngestWorker } from './ingest/ingest-worker.ts';
import type { DocumentReader } from './ingest/prepare-versions.ts';
import { createPurger } from './ingest/purge-removed.ts';
import type { OpenConnector } from './ingest/sources/open-connector.ts';
import { createSourceQueue } from './ingest/sources/source-queue.ts';
import { createSubmit } from './ingest/submit-document.ts';
import { createWorkerPulse } from './ingest/worker-pulse.ts';
import type { Embedder } from './models/embedder.ts';
import { inBackground } from './store/background.ts';
import type { ObjectStore } from './store/objects.ts';
import type { Stores } from './store/postgres/stores.ts';
import { asIfAsked } from './store/questions.ts';
import type { VectorIndex } from './store/vector-index.ts';

export interface QueueParts {
  readonly config: Pick<Config, 'publishWaitsFor' | 'maxFileBytes' | 'sourceFolders'>;
  readonly stores: Pick<
    Stores,
    'documents' | 'embeddings' | 'workers' | 'purges' | 'retention' | 'sources' | 'sourceRuns'
  >;
  readonly objects: ObjectStore;
  readonly openConnector: OpenConnector;
  readonly reader: DocumentReader;
  readonly embedder: Embedder;
  /** Told what changed, where this process answers questions too. */
  readonly index: Pick<VectorIndex, 'refresh'> | null;
  /** Drops the kept answers of a tenant; resolves to how many. */
  readonly forget: (tenant: TenantId) => number;
  readonly log: Logger;
}

export interface Queues {
  /** Tells that something was queued. */
  wake(): void;
  /** Tells that a source is to be looked at. */
  wakeSources(): void;
  stop(): Promise<void>;
}

/** The queues of a server: with INGEST_IN_SERVER=false they are left to workers. */
export function openQueues(parts: QueueParts & { readonly config: Pick<Config, 'ingestInServer'> }): Queues {
  return parts.config.ingestInServer
    ? startQueues(parts)
    : { wake: () => {}, wakeSources: () => {}, stop: async () => {} };
}

/** Reads, publishes and embeds what is queued, also from an earlier run and by other processes. */
export function startQueues(parts: QueueParts): Queues {
  const { config, stores, objects, reader, embedder, index, forget, log } = parts;
  // A question may come to wait for a load of the index: it goes first as questions do.
  const refreshIndex = async (tenant: TenantId) => await asIfAsked(async () => await index?.refresh(tenant));
  const refresh = createIndexRefresh(refreshIndex, log);
  const pulse = createWorkerPulse({ workers: stores.workers, now: () => new Date(), log });
  const embedding = createEmbedQueue({
    embeddings: stores.embeddings,
    embedder,
    readingIsBusy: () => reading.busy(),
    onEmbedded: refresh.changed,
    share: pulse.share,
    onFault: (fault) => pulse.report('embedding', fault),
    log,
  });
  const reading = createIngestWorker({
    documents: stores.documents,
    objects,
    reader,
    beforePublish: config.publishWaitsFor === 'dense' ? embedding.embedVersion : async () => {},
    onPublished: (versions) => refresh.changed(versions.map(({ tenantId }) => tenantId)),
    onIdle: embedding.wake,
    onFault: (fault) => pulse.report('reading', fault),
    log,
  });
  const purger = createPurger({
    documents: stores.documents,
    purges: stores.purges,
    retention: stores.retention,
    objects,
    refreshIndex,
    forget,
    log,
  });
  const sources = openSourceQueue(parts, reading.wake);
  pulse.start();
  inBackground(() => {
    purger.start();
    reading.start();
    embedding.start();
    sources.start();
  });
  return {
    wake: reading.wake,
    wakeSources: sources.wake,
    async stop() {
      refresh.stop();
      await sources.stop();
      await Promise.all([reading.stop(), embedding.stop(), purger.stop()]);
      await pulse.stop();
    },
  };
}

/** Sources bring documents by the way that requests do. */
function openSourceQueue({ config, stores, objects, openConnector, log }: QueueParts, onQueued: () => void) {
  const submit = createSubmit({ ...config, documents: stores.documents, objects, onQueued });
  const { sourceFolders } = config;
  return createSourceQueue({
    ...stores,
    sourceFolders,
    runs: stores.sourceRuns,
    submit: { submit },
    openConnector,
    log,
  });
}

const refreshMilliseconds = 250;

/** Lets the index pull what changed, at most four times a second, so that the next question does not wait for it. */
function createIndexRefresh(refreshIndex: (tenant: TenantId) => Promise<void>, log: Logger) {
  const waiting = new Set<TenantId>();
  const pull = () => {
    for (const tenant of waiting)
      refreshIndex(tenant).catch((error: unknown) => log.warn({ err: error }, 'the index could not be refreshed'));
    waiting.clear();
  };
  const timer = setInterval(pull, refreshMilliseconds).unref();
  return {
    changed(tenants: Iterable<TenantId>): void {
      for (const tenant of tenants) waiting.add(tenant);
    },
    stop: () => clearInterval(timer),
  };
}
