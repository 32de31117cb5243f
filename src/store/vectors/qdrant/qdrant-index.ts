import { AppError } from '../../../domain/errors.ts';
import type { FilterCondition } from '../../../domain/filter.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { SparseVector } from '../../documents.ts';
import type { IndexStates } from '../../index-states.ts';
import type { IndexQuery, IndexSearch, IndexSource, VectorIndex } from '../../vector-index.ts';
import { createMemoryIndex } from '../memory/memory-index.ts';
import { createCatchUp } from './catch-up.ts';
import type { Collection, Collections } from './collections.ts';
import { countPoints } from './fill-collection.ts';
import { describeHealth } from './health.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { statusOf } from './qdrant-error.ts';
import { searchPoints } from './search-points.ts';
import { createTermStatistics } from './term-statistics.ts';
import { searchFilter, unsupportedConditions } from './to-filter.ts';

export interface QdrantIndexDeps {
  readonly calls: QdrantCalls;
  readonly collections: Collections;
  readonly rows: IndexSource;
  readonly states: IndexStates;
  /** Tenants with at most so many passages are searched in memory, by words, while Qdrant is down. */
  readonly fallbackPassages: number;
  /** Compares with every vector of the tenant; for measuring. */
  readonly exact?: boolean;
}

/** Documents that a condition on parts of texts may name; the request stays below a megabyte. */
const mostDocuments = 10_000;

/**
 * Search in Qdrant. It is filled from the rows as the index in memory is: a question asks for the tenant's generation and waits a moment for
 * what changed. Word weights are the tenant's own, counted here. While Qdrant is down small tenants are searched in memory.
 */
export function createQdrantIndex(deps: QdrantIndexDeps): VectorIndex {
  const { calls, collections, rows, states, exact = false } = deps;
  const statistics = createTermStatistics(rows);
  const catchUp = createCatchUp(deps);
  const fallback = createFallback(deps);

  async function frequenciesOf(tenant: TenantId, terms: Int32Array): Promise<Float32Array> {
    return await statistics.inverseDocumentFrequencies(tenant, await catchUp.generation(tenant), terms);
  }

  async function search(query: IndexQuery, signal: AbortSignal): Promise<IndexSearch> {
    const { tenant, filter, limit } = query;
    const [sparse, resolved] = await Promise.all([
      weighted(query.sparse, (terms) => frequenciesOf(tenant, terms)),
      resolveConditions(rows, query),
    ]);
    const collection = await collections.live(signal);
    const isComparable = query.embedder === undefined || query.embedder === collection.embedder;
    const dense = query.dense && isComparable ? matching(query.dense, collection) : null;
    const candidates =
      limit < 1 || (dense === null && sparse === null)
        ? []
        : await searchPoints(
            { calls, collection: collection.name, exact },
            { dense, sparse, limit, filter: searchFilter(tenant, filter, resolved) },
            signal,
          );
    const degradation = isComparable ? null : { to: 'words', cause: 'INDEX_UNAVAILABLE' as const };
    return { candidates, degradation };
  }

  return {
    async catchUp(tenant, signal) {
      try {
        await catchUp.briefly(await collections.live(signal), tenant, signal);
      } catch (error) {
        signal.throwIfAborted();
        // The search says so, or goes on without Qdrant.
        if (!(error instanceof AppError) || error.code !== 'INDEX_UNAVAILABLE') throw error;
      }
    },
    async search(query, signal) {
      signal.throwIfAborted();
      if (!query.tenant) throw new AppError('INTERNAL', 'A search needs a tenant.');
      try {
        return await search(query, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AppError) || error.code !== 'INDEX_UNAVAILABLE') throw error;
        // The collection may have been deleted or replaced, or the alias moved: it is looked up, or made, before the next search.
        if ([400, 404, 422].includes(statusOf(error.cause) ?? 0)) {
          collections.forget();
          catchUp.forget();
        }
        return await fallback.search(query, error, signal);
      }
    },
    inverseDocumentFrequencies: frequenciesOf,
    refresh: (tenant) => catchUp.fully(tenant),
    async count(tenant) {
      await catchUp.fully(tenant);
      return await countPoints(calls, { collection: await collections.live(), tenant });
    },
    async rebuild(tenant) {
      statistics.forget(tenant);
      await states.reset((await collections.live()).name, tenant);
      catchUp.forget();
      await catchUp.fully(tenant);
    },
    health: (signal) => describeHealth(deps, signal),
  };
}

/** A vector of the wrong length is a wrong EMBEDDING_DIMENSIONS, not a fault of the server. */
function matching(vector: Float32Array, { name, dimensions }: Collection): Float32Array {
  if (vector.length === dimensions) return vector;
  throw new AppError(
    'INDEX_UNAVAILABLE',
    `The question's vector has ${vector.length} dimensions, the collection ${name} holds ${dimensions}. Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS, or run \`footnote reindex --embedder NAME --switch\`.`,
  );
}

/** Each word's weight times its inverse document frequency; null when there are no words. */
async function weighted(
  sparse: SparseVector | undefined,
  frequenciesOf: (terms: Int32Array) => Promise<Float32Array>,
): Promise<SparseVector | null> {
  if (!sparse || sparse.indices.length === 0) return null;
  const frequencies = await frequenciesOf(sparse.indices);
  return { indices: sparse.indices, values: sparse.values.map((value, index) => value * (frequencies[index] ?? 0)) };
}

/** The documents behind conditions that Qdrant cannot express. Throws INVALID_REQUEST when they are too many. */
async function resolveConditions(
  rows: Pick<IndexSource, 'documentsMatching'>,
  { tenant, filter }: IndexQuery,
): Promise<ReadonlyMap<FilterCondition, readonly DocumentId[]>> {
  const resolved = new Map<FilterCondition, readonly DocumentId[]>();
  for (const condition of unsupportedConditions(filter.clause)) {
    const { documents, isComplete } = await rows.documentsMatching(tenant, condition, mostDocuments);
    if (!isComplete) throw tooWide(condition);
    resolved.set(condition, documents);
  }
  return resolved;
}

function tooWide({ field, operator, value }: FilterCondition): AppError {
  return new AppError(
    'INVALID_REQUEST',
    `More than ${mostDocuments} documents match \`${field} ${operator}\`. Ask for a longer text, or filter by source or tag.`,
    {
      errors: [
        {
          field: 'filter',
          expected: `a ${operator} that at most ${mostDocuments} documents match`,
          received: JSON.stringify(value),
        },
      ],
    },
  );
}

/** Words only, over the rows: the vectors would take as long to load as Qdrant to come back. */
function createFallback({ rows, fallbackPassages }: QdrantIndexDeps) {
  const memory = createMemoryIndex({ rows, embedder: { id: 'none', dimensions: 1 } });
  return {
    /** Throws `reason` for a tenant that is too large, or when no words were asked for. */
    async search({ dense: _, ...query }: IndexQuery, reason: AppError, signal: AbortSignal): Promise<IndexSearch> {
      const isSmall = (await rows.passages(query.tenant as TenantId)) <= fallbackPassages;
      if (!isSmall || !query.sparse) throw reason;
      await memory.catchUp(query.tenant as TenantId, signal);
      const { candidates } = await memory.search(query, signal);
      return { candidates, degradation: { to: 'words, in memory', cause: reason.code } };
    },
  };
}
