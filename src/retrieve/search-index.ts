import { AppError } from '../domain/errors.ts';
import { grantsOf } from '../domain/principal.ts';
import { termWeightLimit } from '../models/sparse/encode.ts';
import type { SparseVector } from '../store/documents.ts';
import type { IndexFilter, IndexSearch, VectorIndex } from '../store/vector-index.ts';
import type { EmbeddedQueries } from './embed-questions.ts';
import type { RetrieveInput } from './retrieve.ts';

const candidatesPerSide = 100;

/** What a driver throws becomes INDEX_UNAVAILABLE, unless it said better. */
export async function orIndexUnavailable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError('INDEX_UNAVAILABLE', 'The search index failed.', { cause: error });
  }
}

/** Each query asked of the index on both sides, under the permissions of the principal. */
export async function searchAll(
  index: Pick<VectorIndex, 'search'>,
  { queries, principal, filter, limit }: RetrieveInput,
  { vectors, embedder, sparse }: Omit<EmbeddedQueries, 'degradations'> & { sparse: readonly SparseVector[] },
  signal: AbortSignal,
): Promise<IndexSearch[]> {
  const permitted: IndexFilter = { clause: filter, grants: grantsOf(principal) };
  const search = async (_query: string, position: number) => {
    const dense = vectors[position];
    const terms = sparse[position];
    const query = { tenant: principal.tenantId, filter: permitted, limit: Math.max(candidatesPerSide, 2 * limit) };
    return await index.search(
      { ...query, ...(dense ? { dense, embedder } : {}), ...(terms ? { sparse: terms } : {}) },
      signal,
    );
  };
  return await Promise.all(queries.map(search));
}

/** The largest BM25 score that the terms could give: each at its idf times the most that a passage's term can weigh. */
export async function idealScore(
  index: Pick<VectorIndex, 'inverseDocumentFrequencies'>,
  { principal }: RetrieveInput,
  terms: SparseVector | undefined,
): Promise<number> {
  if (!terms) return 0;
  const frequencies = await index.inverseDocumentFrequencies(principal.tenantId, terms.indices);
  return frequencies.reduce((total, idf) => total + idf * termWeightLimit, 0);
}
