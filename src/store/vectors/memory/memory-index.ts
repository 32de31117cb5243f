import { AppError } from '../../../domain/errors.ts';
import type { DocumentId, PassageId, TenantId } from '../../../domain/ids.ts';
import type { IndexRows, VectorIndex } from '../../vector-index.ts';
import { createTenantPoints, type TenantPoints } from './tenant-points.ts';

export interface MemoryIndexDeps {
  readonly rows: Pick<IndexRows, 'generation' | 'changesSince' | 'points'>;
  /** Vectors of this embedder are loaded. */
  readonly embedder: { readonly id: string; readonly dimensions: number };
}

interface LoadedTenant {
  points: TenantPoints;
  /** The generation that the points are at; 0: nothing is loaded yet. */
  generation: number;
  /** The load in progress. */
  loading: Promise<void> | null;
  /** The question for the generation that the calls of this turn of the event loop share. */
  asking: Promise<number> | null;
}

/** Documents whose points are read at once, so that the rows of one statement stay few. */
const documentsPerRead = 200;

/**
 * Exact search in memory over the rows of the database: a tenant is loaded at its first use and brought up to date before each search
 * when its generation has changed. About 1.4 kB a passage at 384 dimensions.
 */
export function createMemoryIndex({ rows, embedder }: MemoryIndexDeps): VectorIndex {
  const tenants = new Map<TenantId, LoadedTenant>();

  function tenantOf(tenant: TenantId): LoadedTenant {
    if (!tenant) throw new AppError('INTERNAL', 'A search needs a tenant.');
    const known = tenants.get(tenant);
    if (known) return known;
    const fresh: LoadedTenant = {
      points: createTenantPoints(embedder.dimensions),
      generation: 0,
      loading: null,
      asking: null,
    };
    tenants.set(tenant, fresh);
    return fresh;
  }

  /** The tenant's points, at least as new as the rows were when this was called. */
  async function current(tenant: TenantId): Promise<TenantPoints> {
    const loaded = tenantOf(tenant);
    const held = loaded.generation;
    const wanted = await askGeneration(tenant, loaded);
    // Older than what was held before the question: the database was restored, and nothing here can be trusted.
    if (wanted < held && loaded.generation === held && !loaded.loading) reset(loaded);
    while (loaded.generation < wanted) {
      loaded.loading ??= load(tenant, loaded).finally(() => {
        loaded.loading = null;
      });
      await loaded.loading;
    }
    return loaded.points;
  }

  function askGeneration(tenant: TenantId, loaded: LoadedTenant): Promise<number> {
    if (loaded.asking) return loaded.asking;
    const asking = rows.generation(tenant);
    loaded.asking = asking;
    // Later callers may know of a newer generation and must ask again.
    queueMicrotask(() => {
      loaded.asking = null;
    });
    return asking;
  }

  function reset(loaded: LoadedTenant): void {
    loaded.points = createTenantPoints(embedder.dimensions);
    loaded.generation = 0;
  }

  async function load(tenant: TenantId, loaded: LoadedTenant): Promise<void> {
    const { generation, changes } = await rows.changesSince(tenant, loaded.generation);
    const changed: DocumentId[] = [];
    for (const { documentId, version } of changes) {
      if (version === null) loaded.points.remove({ documentId });
      else changed.push(documentId);
    }
    for (let start = 0; start < changed.length; start += documentsPerRead)
      await readDocuments(tenant, loaded.points, changed.slice(start, start + documentsPerRead));
    loaded.generation = generation;
  }

  async function readDocuments(tenant: TenantId, points: TenantPoints, documents: DocumentId[]): Promise<void> {
    const seen = new Map(documents.map((document) => [document, new Set<PassageId>()]));
    for await (const batch of rows.points(tenant, embedder.id, documents)) {
      points.upsert(batch);
      for (const { documentId, id } of batch) seen.get(documentId)?.add(id);
    }
    for (const [document, passages] of seen) points.keepOnly(document, passages);
  }

  return {
    async search({ tenant, ...query }, signal) {
      signal.throwIfAborted();
      const points = await orAbort(current(tenant), signal);
      return { candidates: points.search(query), degradation: null };
    },
    inverseDocumentFrequencies: async (tenant, terms) => (await current(tenant)).inverseDocumentFrequencies(terms),
    async refresh(tenant) {
      await current(tenant);
    },
    count: async (tenant) => (await current(tenant)).count(),
    async rebuild(tenant) {
      tenants.delete(tenant);
      await current(tenant);
    },
    health: async () => ({ state: 'ok', detail: 'in memory' }),
  };
}

/** A load goes on for the next searcher when this one leaves. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
