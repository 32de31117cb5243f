import { AppError } from '../domain/errors.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import type { IndexSearch, VectorIndex } from '../store/vector-index.ts';
import type { createQuestionEmbedder } from './embed-questions.ts';
import type { ExpandedQuestion, ExpandQuestion, FirstLook } from './expand-question.ts';
import { type FusedCandidate, fuse } from './fuse.ts';
import type { Degradation, QuestionVector, RetrieveInput } from './retrieve.ts';
import { readTermStatistics, searchAll, type TermStatistics } from './search-index.ts';

interface SearchExpandedDeps {
  readonly index: Pick<VectorIndex, 'search' | 'inverseDocumentFrequencies'>;
  readonly embed: ReturnType<typeof createQuestionEmbedder>;
  readonly expandQuestion: ExpandQuestion;
}

/** What a second search, in other words, found. */
export interface SecondLook extends ExpandedQuestion {
  readonly candidates: readonly FusedCandidate[];
  readonly vector: QuestionVector | null;
  readonly terms: TermStatistics;
}

interface FirstSearch {
  readonly terms: TermStatistics;
  /** Of the first query. */
  readonly found: IndexSearch | undefined;
}

/**
 * Searches another wording of the first query where its look is weak, under the same tenant, permissions and filter. `second` is null when there
 * is no other wording, or it was refused; what fails here leaves the first look as it is and says so.
 */
export async function searchExpanded(
  { index, embed, expandQuestion }: SearchExpandedDeps,
  input: RetrieveInput,
  { terms, found }: FirstSearch,
  signal: AbortSignal,
): Promise<{ second: SecondLook | null; degradations: readonly Degradation[] }> {
  const [question] = input.queries;
  if (input.expand === false || question === undefined || !found) return { second: null, degradations: [] };
  try {
    const expanded = await expandQuestion(input.principal.tenantId, question, toLook(terms, found));
    if (expanded === null) return { second: null, degradations: [] };
    const again = { ...input, queries: [expanded.searched] };
    const sparse = encodeQuestion(expanded.searched);
    const [{ vectors, embedder, degradations }, statistics] = await Promise.all([
      embed(again.queries, signal),
      readTermStatistics(index, input.principal.tenantId, sparse),
    ]);
    const [search] = await searchAll(index, again, { vectors, embedder, sparse: [sparse] }, signal);
    const candidates = fuse(search?.candidates ?? []);
    return { second: { ...expanded, candidates, vector: vectors[0] ?? null, terms: statistics }, degradations };
  } catch (error) {
    signal.throwIfAborted();
    const cause = AppError.from(error).code;
    return { second: null, degradations: [{ step: 'expand', to: 'the question as it was asked', cause }] };
  }
}

function toLook(terms: TermStatistics, { candidates }: IndexSearch): FirstLook {
  const cosines = candidates.flatMap(({ dense }) => dense ?? []);
  const bestSparse = Math.max(0, ...candidates.map(({ sparse }) => sparse ?? 0));
  return {
    terms,
    coverage: terms.idealSparse > 0 ? bestSparse / terms.idealSparse : 0,
    bestCosine: cosines.length > 0 ? Math.max(...cosines) : null,
  };
}
