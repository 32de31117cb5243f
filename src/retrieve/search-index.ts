import { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { grantsOf } from '../domain/principal.ts';
import { asItIs } from '../models/similarity.ts';
import { termWeightLimit } from '../models/sparse/encode.ts';
import { termId } from '../models/sparse/murmur3.ts';
import type { SparseVector } from '../store/documents.ts';
import type { IndexCandidate, IndexFilter, IndexSearch, VectorIndex } from '../store/vector-index.ts';
import type { EmbeddedQueries } from './embed-questions.ts';
import type { QuestionVector, RetrieveInput } from './retrieve.ts';

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
    const question = vectors[position];
    const terms = sparse[position];
    const query = { tenant: principal.tenantId, filter: permitted, limit: Math.max(candidatesPerSide, 2 * limit) };
    const dense = question ? { dense: question.vector, embedder } : {};
    const found = await index.search({ ...query, ...dense, ...(terms ? { sparse: terms } : {}) }, signal);
    return question ? { ...found, candidates: onScale(found.candidates, question) } : found;
  };
  return await Promise.all(queries.map(search));
}

/** The same candidates, their cosines as the weights expect them. */
export function onScale(
  candidates: readonly IndexCandidate[],
  { similarityOf }: Pick<QuestionVector, 'similarityOf'>,
): readonly IndexCandidate[] {
  if (similarityOf === asItIs) return candidates;
  return candidates.map((candidate) => ({
    ...candidate,
    dense: candidate.dense === null ? null : similarityOf(candidate.dense),
  }));
}

/** What the index knows of a question's terms. */
export interface TermStatistics {
  /** The largest BM25 score that the terms could give: each at its idf times the most that a passage's term can weigh. */
  readonly idealSparse: number;
  /** Ids of terms that no passage of the tenant has. */
  readonly unknown: ReadonlySet<number>;
}

/** A term of no text: its idf is the one of every unknown term. */
const absentTerm = termId('\u0000');

export async function readTermStatistics(
  index: Pick<VectorIndex, 'inverseDocumentFrequencies'>,
  tenant: TenantId,
  terms: SparseVector | undefined,
): Promise<TermStatistics> {
  if (!terms) return { idealSparse: 0, unknown: new Set() };
  const asked = Int32Array.of(...terms.indices, absentTerm);
  const frequencies = await index.inverseDocumentFrequencies(tenant, asked);
  const highest = frequencies.at(-1) ?? 0;
  const known = frequencies.subarray(0, -1);
  return {
    idealSparse: known.reduce((total, idf) => total + idf * termWeightLimit, 0),
    unknown: new Set(terms.indices.filter((_term, index) => (known[index] ?? 0) >= highest)),
  };
}
