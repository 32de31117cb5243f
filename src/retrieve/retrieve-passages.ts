import { LRUCache } from 'lru-cache';
import type { NearestDocument } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { DocumentId } from '../domain/ids.ts';
import type { CountTokens, Embedder } from '../models/embedder.ts';
import { encodeQuestion, termWeightLimit } from '../models/sparse/encode.ts';
import type { DocumentStore, SparseVector } from '../store/documents.ts';
import type { IndexCandidate, IndexFilter, VectorIndex } from '../store/vector-index.ts';
import { type FusedCandidate, fuse, mergeBest } from './fuse.ts';
import { pack } from './pack.ts';
import type { Degradation, Retrieve, RetrieveInput, ScoredPassage } from './retrieve.ts';

interface RetrieveDeps {
  readonly index: Pick<VectorIndex, 'search' | 'inverseDocumentFrequencies'>;
  readonly embedder: Pick<Embedder, 'id' | 'embedQuestions'>;
  readonly documents: Pick<DocumentStore, 'readPassages'>;
  readonly countTokens: CountTokens;
  /** Milliseconds that a question's vector may take before words alone decide. */
  readonly embedDeadline?: number;
}

const candidatesPerSide = 100;
const rememberedQuestions = 1_000;
const nearestCount = 5;

/** Search by words and by meaning at once, fused; then one statement reads what is current and permitted, and the best is packed. */
export function createRetrieve(deps: RetrieveDeps): Retrieve {
  const embed = createQuestionEmbedder(deps);
  return async (input, signal) => {
    const clock = createClock();
    const sparse = input.queries.map((query) => encodeQuestion(query));
    // The ideal score needs no vector: while the question is embedded, the index learns of changes.
    const [{ vectors, degradations }, idealSparse] = await Promise.all([
      embed(input.queries, signal),
      orIndexUnavailable(idealScore(deps, input, sparse[0]), signal),
    ]);
    clock.lap('embed');
    const candidates = await orIndexUnavailable(searchAll(deps, input, { vectors, sparse }, signal), signal);
    clock.lap('search');
    const fused = mergeBest(candidates.map(fuse));
    clock.lap('fuse');
    const ranked = await readRanked(deps, input, fused);
    signal.throwIfAborted();
    clock.lap('read');
    const { limit, tokenBudget } = input;
    const passages =
      tokenBudget === null
        ? ranked.slice(0, limit)
        : pack(ranked, { limit, tokenBudget, countTokens: deps.countTokens });
    clock.lap('pack');
    const questionVector = vectors[0] ?? null;
    return { passages, nearest: nearestOf(ranked), questionVector, idealSparse, degradations, timings: clock.timings };
  };
}

interface EmbeddedQueries {
  readonly vectors: readonly (Float32Array | undefined)[];
  readonly degradations: readonly Degradation[];
}

/** Vectors of recent questions are remembered by embedder and text; they carry nothing of any tenant's documents. */
function createQuestionEmbedder({ embedder, embedDeadline = 2_000 }: RetrieveDeps) {
  const remembered = new LRUCache<string, Float32Array>({ max: rememberedQuestions });
  return async (queries: readonly string[], signal: AbortSignal): Promise<EmbeddedQueries> => {
    const known = new Map(queries.map((query) => [query, remembered.get(query)]));
    const missing = [...known.keys()].filter((query) => !known.get(query));
    const degradations: Degradation[] = [];
    if (missing.length > 0) {
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(embedDeadline)]);
        const vectors = await embedder.embedQuestions(missing, deadline);
        for (const [index, query] of missing.entries()) {
          const vector = vectors[index];
          if (!vector) continue;
          known.set(query, vector);
          remembered.set(query, vector);
        }
      } catch (error) {
        signal.throwIfAborted();
        const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
        const cause = timedOut ? 'DEADLINE_EXCEEDED' : AppError.from(error).code;
        degradations.push({ step: 'embed', to: 'search by words', cause });
      }
    }
    return { vectors: queries.map((query) => known.get(query)), degradations };
  };
}

async function orIndexUnavailable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError('INDEX_UNAVAILABLE', 'The search index failed.', { cause: error });
  }
}

async function searchAll(
  { index }: RetrieveDeps,
  { queries, principal, filter, limit }: RetrieveInput,
  { vectors, sparse }: { vectors: EmbeddedQueries['vectors']; sparse: readonly SparseVector[] },
  signal: AbortSignal,
): Promise<IndexCandidate[][]> {
  const permitted: IndexFilter = { ...filter, grants: principal.role === 'admin' ? null : principal.grants };
  const search = async (_query: string, position: number) => {
    const dense = vectors[position];
    const terms = sparse[position];
    const query = { tenant: principal.tenantId, filter: permitted, limit: Math.max(candidatesPerSide, 2 * limit) };
    return await index.search({ ...query, ...(dense ? { dense } : {}), ...(terms ? { sparse: terms } : {}) }, signal);
  };
  return await Promise.all(queries.map(search));
}

/** The largest BM25 score that the terms could give: each at its idf times the most that a passage's term can weigh. */
async function idealScore(
  { index }: RetrieveDeps,
  { principal }: RetrieveInput,
  terms: SparseVector | undefined,
): Promise<number> {
  if (!terms) return 0;
  const frequencies = await index.inverseDocumentFrequencies(principal.tenantId, terms.indices);
  return frequencies.reduce((total, idf) => total + idf * termWeightLimit, 0);
}

/** The read protocol, in rank order; more candidates are read when many of the best may not be shown. */
async function readRanked(
  { documents }: RetrieveDeps,
  { principal, limit }: RetrieveInput,
  fused: readonly FusedCandidate[],
): Promise<ScoredPassage[]> {
  const step = Math.max(30, 2 * limit);
  const ranked: ScoredPassage[] = [];
  for (let start = 0; start < fused.length && ranked.length < limit; start += step) {
    const batch = fused.slice(start, start + step);
    const read = await documents.readPassages(
      principal,
      batch.map(({ id }) => id),
    );
    const byId = new Map(read.map((passage) => [passage.id, passage]));
    for (const { id, score, dense, sparse } of batch) {
      const passage = byId.get(id);
      if (passage) ranked.push({ ...passage, score, dense, sparse });
    }
  }
  return ranked;
}

function nearestOf(ranked: readonly ScoredPassage[]): NearestDocument[] {
  const nearest = new Map<DocumentId, NearestDocument>();
  for (const { documentId, title, uri, score } of ranked)
    if (!nearest.has(documentId)) nearest.set(documentId, { documentId, title, uri, score });
  return [...nearest.values()].slice(0, nearestCount);
}

function createClock() {
  const timings: Record<string, number> = {};
  let last = performance.now();
  return {
    timings,
    lap(step: string) {
      const now = performance.now();
      timings[step] = now - last;
      last = now;
    },
  };
}
