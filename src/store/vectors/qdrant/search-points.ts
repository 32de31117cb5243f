import type { Schemas } from '@qdrant/js-client-rest';
import type { PassageId } from '../../../domain/ids.ts';
import type { SparseVector } from '../../documents.ts';
import type { IndexCandidate } from '../../vector-index.ts';
import { passageIdOf, pointIdOf, sparseName } from './collection-schema.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { shorten } from './to-point.ts';

type Filter = Schemas['Filter'];
type QueryRequest = Schemas['QueryRequest'];

export interface PointQuery {
  readonly dense: Float32Array | null;
  /** Weights of the question's words, each times its inverse document frequency. */
  readonly sparse: SparseVector | null;
  readonly filter: Filter;
  readonly limit: number;
}

export interface SearchContext {
  readonly calls: Pick<QdrantCalls, 'ask'>;
  readonly collection: string;
  /** Every vector of the tenant is compared, none is passed over. */
  readonly exact: boolean;
}

interface Scored {
  readonly id: PassageId;
  readonly score: number;
}

/** Room for passages of the same score as the last one wanted: Qdrant keeps any of them, we keep those of the lowest ids. */
const tieRoom = 16;
const largestTie = 1_000;
/** The graph's beam, and how many are looked at again with their full vectors: .98 recall@10 and more at 100,000 passages. */
const approximate: Schemas['SearchParams'] = {
  hnsw_ef: 128,
  quantization: { rescore: true, oversampling: 2 },
  acorn: { enable: true },
};

/** Both scores of every passage that either side found: the best of each side in one request, the scores that are missing in a second. */
export async function searchPoints(
  context: SearchContext,
  query: PointQuery,
  signal: AbortSignal,
): Promise<IndexCandidate[]> {
  const [byMeaning, byWords] = await findBest(context, query, signal);
  const ids = new Set([...byMeaning, ...byWords].map(({ id }) => id));
  const dense = new Map(byMeaning.map(({ id, score }) => [id, score]));
  const sparse = new Map(byWords.map(({ id, score }) => [id, score]));
  const missing = {
    dense: query.dense ? [...ids].filter((id) => !dense.has(id)) : [],
    sparse: query.sparse ? [...ids].filter((id) => !sparse.has(id)) : [],
  };
  const [cosines, weights] = await scoreThese(context, { query, missing }, signal);
  for (const { id, score } of cosines) dense.set(id, score);
  for (const { id, score } of weights) sparse.set(id, score);
  return [...ids].map((id) => ({
    id,
    dense: dense.get(id) ?? null,
    sparse: query.sparse ? (sparse.get(id) ?? 0) : null,
  }));
}

async function findBest(context: SearchContext, query: PointQuery, signal: AbortSignal): Promise<[Scored[], Scored[]]> {
  const { filter, limit } = query;
  const asked = limit + tieRoom;
  const { dense, sparse } = sidesOf(context, query);
  const sides = [dense, sparse].map((side) => side && { ...side, filter, limit: asked });
  const found = await runBatch(context, sides, signal);
  const ties = sides.map((side, index) => side && withTies(side, found[index] ?? [], { limit, asked }));
  const tied = await runBatch(context, ties, signal);
  const best = (index: number) => bestOf([...(tied[index] ?? []), ...(found[index] ?? [])], limit);
  return [best(0), best(1)];
}

/** A request for all that score as the last wanted one does, when there are more of them than were asked for; else null. */
function withTies(
  side: QueryRequest,
  found: readonly Scored[],
  { limit, asked }: { limit: number; asked: number },
): QueryRequest | null {
  const last = found[limit - 1]?.score;
  if (found.length < asked || last === undefined || found.at(-1)?.score !== last) return null;
  return { ...side, score_threshold: last, limit: limit + largestTie };
}

function bestOf(found: readonly Scored[], limit: number): Scored[] {
  const unique = new Map(found.map((scored) => [scored.id, scored]));
  return [...unique.values()]
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
    .slice(0, limit);
}

async function scoreThese(
  context: SearchContext,
  { query, missing }: { query: PointQuery; missing: { dense: PassageId[]; sparse: PassageId[] } },
  signal: AbortSignal,
): Promise<[readonly Scored[], readonly Scored[]]> {
  const sides = sidesOf({ ...context, exact: true }, query);
  const only = (side: QueryRequest | null, ids: PassageId[]): QueryRequest | null =>
    side && ids.length > 0
      ? { ...side, filter: { must: [query.filter, { has_id: ids.map(pointIdOf) }] }, limit: ids.length }
      : null;
  const requests = [only(sides.dense, missing.dense), only(sides.sparse, missing.sparse)];
  const [dense = [], sparse = []] = await runBatch(context, requests, signal);
  return [dense, sparse];
}

function sidesOf(
  { exact }: SearchContext,
  { dense, sparse }: PointQuery,
): { dense: QueryRequest | null; sparse: QueryRequest | null } {
  // Whose a passage is, the rows decide: they are read as the tenant, after every search.
  const answer = { with_payload: false, with_vector: false };
  return {
    dense: dense && { ...answer, query: Array.from(dense, shorten), params: exact ? { exact: true } : approximate },
    sparse: sparse && {
      ...answer,
      query: { indices: Array.from(sparse.indices), values: Array.from(sparse.values) },
      using: sparseName,
    },
  };
}

/** One request for all that are not null; results stand where their requests stood. */
async function runBatch(
  { calls, collection }: SearchContext,
  requests: readonly (QueryRequest | null)[],
  signal: AbortSignal,
): Promise<(readonly Scored[])[]> {
  const searches = requests.filter((request) => request !== null);
  if (searches.length === 0) return requests.map(() => []);
  const responses = await calls.ask('queryBatchPoints', { collection_name: collection, searches }, signal);
  const results = responses.map(({ points }) => points.map(({ id, score }) => ({ id: passageIdOf(id), score })));
  return requests.map((request) => (request === null ? [] : (results.shift() ?? [])));
}
