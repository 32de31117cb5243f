import type { NearestDocument } from '../domain/answer.ts';
import type { DocumentId } from '../domain/ids.ts';
import type { CountTokens } from '../models/embedder.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { createQuestionEmbedder, type QuestionEmbedderDeps } from './embed-questions.ts';
import type { ExpandQuestion } from './expand-question.ts';
import { type FusedCandidate, fuse, mergeBest } from './fuse.ts';
import { pack } from './pack.ts';
import { type RankContext, type RankStage, runStages } from './rank-stage.ts';
import { readRanked } from './read-ranked.ts';
import type { Degradation, Expansion, Retrieve, RetrieveInput, ScoredPassage } from './retrieve.ts';
import { type SecondLook, searchExpanded } from './search-expanded.ts';
import { orIndexUnavailable, readTermStatistics, searchAll } from './search-index.ts';

interface RetrieveDeps extends QuestionEmbedderDeps {
  readonly index: Pick<VectorIndex, 'search' | 'inverseDocumentFrequencies'>;
  readonly documents: Pick<DocumentStore, 'readPassages'>;
  readonly countTokens: CountTokens;
  /** What orders the passages anew once they are read, in this order. */
  readonly stages?: readonly RankStage[];
  readonly now?: () => Date;
  /** Finds other words for questions whose first look is weak; left out, questions are searched as they are. */
  readonly expandQuestion?: ExpandQuestion;
}

const nearestCount = 5;

/**
 * Search by words and by meaning at once, fused; one statement reads what is current and permitted; the stages order it anew, and
 * the best is packed.
 */
export function createRetrieve(deps: RetrieveDeps): Retrieve {
  const { index, documents, countTokens, stages = [], now = () => new Date() } = deps;
  const expandQuestion = deps.expandQuestion ?? (async () => null);
  const embed = createQuestionEmbedder(deps);
  return async (input, signal) => {
    const clock = createClock();
    const sparse = input.queries.map((query) => encodeQuestion(query));
    // The ideal score needs no vector: while the question is embedded, the index learns of changes.
    const [{ vectors, degradations: embedding }, terms] = await Promise.all([
      embed(input.queries, signal),
      orIndexUnavailable(readTermStatistics(index, input.principal.tenantId, sparse[0]), signal),
    ]);
    clock.lap('embed');
    const found = await orIndexUnavailable(searchAll(index, input, { vectors, sparse }, signal), signal);
    clock.lap('search');
    const asked = mergeBest(found.map(({ candidates }) => fuse(candidates)));
    clock.lap('fuse');
    const first = { terms, found: found[0] };
    const { second, degradations: expanding } = await searchExpanded(
      { index, embed, expandQuestion },
      input,
      first,
      signal,
    );
    if (second) clock.lap('expand');
    const fused = second ? mergeBest([asked, second.candidates]) : asked;
    const read = await readRanked(documents, input, fused);
    signal.throwIfAborted();
    clock.lap('read');
    const questionVector = second?.vector ?? vectors[0] ?? null;
    const { idealSparse } = second?.terms ?? terms;
    const understood = second ? { ...input, queries: [second.searched, ...input.queries] } : input;
    const context: RankContext = { input: understood, questionVector, idealSparse, now: now(), lap: clock.lap };
    const { passages: ranked, dropped, degradations: staging } = await runStages(stages, read, context, signal);
    const { limit, tokenBudget } = input;
    const passages = tokenBudget === null ? ranked.slice(0, limit) : pack(ranked, { limit, tokenBudget, countTokens });
    clock.lap('pack');
    const searching = found.flatMap(({ degradation }) => degradation ?? []).slice(0, 1);
    const degradations: Degradation[] = [
      ...embedding,
      ...searching.map((degradation) => ({ step: 'search', ...degradation })),
      ...expanding,
      ...staging,
    ];
    const expansion = second ? { expansion: toExpansion(second, { input, asked, passages }) } : {};
    const { timings } = clock;
    const nearest = nearestOf(ranked);
    return { passages, nearest, questionVector, idealSparse, degradations, dropped, timings, ...expansion };
  };
}

function toExpansion(
  { searched, changes }: SecondLook,
  {
    input,
    asked,
    passages,
  }: { input: RetrieveInput; asked: readonly FusedCandidate[]; passages: readonly ScoredPassage[] },
): Expansion {
  const best = new Set(asked.slice(0, passages.length).map(({ id }) => id));
  const gained = passages.filter(({ id }) => !best.has(id)).length;
  return { original: input.queries[0] ?? '', searched, changes, gained };
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
