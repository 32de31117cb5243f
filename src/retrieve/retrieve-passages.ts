import type { NearestDocument } from '../domain/answer.ts';
import type { DocumentId } from '../domain/ids.ts';
import type { CountTokens } from '../models/embedder.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { createQuestionEmbedder, type QuestionEmbedderDeps } from './embed-questions.ts';
import { fuse, mergeBest } from './fuse.ts';
import { pack } from './pack.ts';
import { type RankContext, type RankStage, runStages } from './rank-stage.ts';
import { readRanked } from './read-ranked.ts';
import type { Degradation, Retrieve, ScoredPassage } from './retrieve.ts';
import { idealScore, orIndexUnavailable, searchAll } from './search-index.ts';

interface RetrieveDeps extends QuestionEmbedderDeps {
  readonly index: Pick<VectorIndex, 'search' | 'inverseDocumentFrequencies'>;
  readonly documents: Pick<DocumentStore, 'readPassages'>;
  readonly countTokens: CountTokens;
  /** What orders the passages anew once they are read, in this order. */
  readonly stages?: readonly RankStage[];
  readonly now?: () => Date;
}

const nearestCount = 5;

/**
 * Search by words and by meaning at once, fused; one statement reads what is current and permitted; the stages order it anew, and
 * the best is packed.
 */
export function createRetrieve(deps: RetrieveDeps): Retrieve {
  const { index, documents, countTokens, stages = [], now = () => new Date() } = deps;
  const embed = createQuestionEmbedder(deps);
  return async (input, signal) => {
    const clock = createClock();
    const sparse = input.queries.map((query) => encodeQuestion(query));
    // The ideal score needs no vector: while the question is embedded, the index learns of changes.
    const [{ vectors, embedder, degradations: embedding }, idealSparse] = await Promise.all([
      embed(input.queries, signal),
      orIndexUnavailable(idealScore(index, input, sparse[0]), signal),
    ]);
    clock.lap('embed');
    const found = await orIndexUnavailable(searchAll(index, input, { vectors, embedder, sparse }, signal), signal);
    clock.lap('search');
    const fused = mergeBest(found.map(({ candidates }) => fuse(candidates)));
    clock.lap('fuse');
    const read = await readRanked(documents, input, fused);
    signal.throwIfAborted();
    clock.lap('read');
    const questionVector = vectors[0] ?? null;
    const context: RankContext = { input, questionVector, idealSparse, now: now(), lap: clock.lap };
    const { passages: ranked, dropped, degradations: staging } = await runStages(stages, read, context, signal);
    const { limit, tokenBudget } = input;
    const passages = tokenBudget === null ? ranked.slice(0, limit) : pack(ranked, { limit, tokenBudget, countTokens });
    clock.lap('pack');
    const searching = found.flatMap(({ degradation }) => degradation ?? []).slice(0, 1);
    const degradations: Degradation[] = [
      ...embedding,
      ...searching.map((degradation) => ({ step: 'search', ...degradation })),
      ...staging,
    ];
    const { timings } = clock;
    return { passages, nearest: nearestOf(ranked), questionVector, idealSparse, degradations, dropped, timings };
  };
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
