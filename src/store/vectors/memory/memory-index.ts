import { AppError } from '../../../domain/errors.ts';
import type { PassageId, TenantId } from '../../../domain/ids.ts';
import type { IndexChange, IndexRows, VectorIndex } from '../../vector-index.ts';
import { createTenantPoints, type TenantPoints } from './tenant-points.ts';

export interface MemoryIndexDeps {
  readonly rows: Pick<IndexRows, 'changesSince' | 'points'>;
  /** Vectors of this embedder are loaded. */
  readonly embedder: { readonly id: string; readonly dimensions: number };
}

interface LoadedTenant {
  points: TenantPoints;
  /** The generation that the points are at; 0: nothing is loaded yet. */
  generation: number;
  /** The load in progress. */
  loading: Promise<void> | null;
}

/** Documents whose points are read at once, so that the rows of one statement stay few. */
const documentsPerRead = 200;

/**
 * Exact search in memory over the rows of the database: a tenant is loaded at its first use, and what changed since whenever the index
 * is to catch up. About 1.4 kB a passage at 384 dimensions.
 */
export function createMemoryIndex({ rows, embedder }: MemoryIndexDeps): VectorIndex {
  const tenants = new Map<TenantId, LoadedTenant>();

  function tenantOf(tenant: TenantId): LoadedTenant {
    if (!tenant) throw new AppError('INTERNAL', 'A search needs a tenant.');
    const known = tenants.get(tenant);
    if (known) return known;
    const fresh: LoadedTenant = { points: createTenantPoints(embedder.dimensions), generation: 0, loading: null };
    tenants.set(tenant, fresh);
    return fresh;
  }

  /** What rows held at the call is held afterwards. A load that began before may have missed it; those that wait for its end share the next. */
  async function catchUp(tenant: TenantId): Promise<void> {
    const loaded = tenantOf(tenant);
    await loaded.loading?.catch(() => {});
    loaded.loading ??= load(tenant, loaded).finally(() => {
      loaded.loading = null;
    });
    await loaded.loading;
  }

  /** The tenant's points as they are; loaded where nothing is held yet. */
  async function held(tenant: TenantId): Promise<TenantPoints> {
    const loaded = tenantOf(tenant);
    if (loaded.generation === 0) await catchUp(tenant);
    return loaded.points;
  }

  async function changesSince(tenant: TenantId, loaded: LoadedTenant) {
    const changed = await rows.changesSince(tenant, loaded.generation);
    if (changed.generation >= loaded.generation) return changed;
    // The database was restored, and nothing here can be trusted.
    loaded.points = createTenantPoints(embedder.dimensions);
    loaded.generation = 0;
    return await rows.changesSince(tenant, 0);
  }

  async function load(tenant: TenantId, loaded: LoadedTenant): Promise<void> {
    const { generation, changes } = await changesSince(tenant, loaded);
    const changed = changes.filter(({ version }) => version !== null);
    for (const { documentId, version } of changes) if (version === null) loaded.points.remove({ documentId });
    for (let start = 0; start < changed.length; start += documentsPerRead)
      await readDocuments(tenant, loaded.points, changed.slice(start, start + documentsPerRead));
    loaded.generation = generation;
  }

  async function readDocuments(
    tenant: TenantId,
    points: TenantPoints,
    documents: readonly IndexChange[],
  ): Promise<void> {
    const seen = new Map(documents.map(({ documentId }) => [documentId, new Set<PassageId>()]));
    for await (const batch of rows.points(tenant, embedder.id, documents)) {
      points.upsert(batch);
      for (const { documentId, id } of batch) seen.get(documentId)?.add(id);
    }
    for (const [document, passages] of seen) points.keepOnly(document, passages);
  }

  return {
    async search({ tenant, ...query }, signal) {
      signal.throwIfAborted();
      const points = await orAbort(held(tenant), signal);
      return { candidates: points.search(query), degradation: null };
    },
    inverseDocumentFrequencies: async (tenant, terms) => (await held(tenant)).inverseDocumentFrequencies(terms),
    catchUp: async (tenant, signal) => await orAbort(catchUp(tenant), signal),
    refresh: catchUp,
    async count(tenant) {
      await catchUp(tenant);
      return tenantOf(tenant).points.count();
    },
    async rebuild(tenant) {
      tenants.delete(tenant);
      await catchUp(tenant);
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
