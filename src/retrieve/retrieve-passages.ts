import type { NearestDocument } from '../domain/answer.ts';
import type { DocumentId } from '../domain/ids.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import { addNeighbours } from './add-neighbours.ts';
import { createQuestionEmbedder, type QuestionEmbedderDeps } from './embed-questions.ts';
import type { ExpandQuestion } from './expand-question.ts';
import { type FusedCandidate, fuse, mergeBest } from './fuse.ts';
import { evidenceOf, keepEvidence, mergeParts, type PartRankings } from './keep-parts.ts';
import { pack } from './pack.ts';
import { countLeft, type RankContext, type RankStage, runStages } from './rank-stage.ts';
import { readRanked } from './read-ranked.ts';
import type {
  Degradation,
  DroppedPassage,
  Expansion,
  QuestionVector,
  Retrieve,
  RetrieveInput,
  ScoredPassage,
} from './retrieve.ts';
import { type SecondLook, searchExpanded } from './search-expanded.ts';
import { orIndexUnavailable, readTermStatistics, searchAll, type TermStatistics } from './search-index.ts';
import { splitQuestion } from './split-question.ts';

interface RetrieveDeps extends QuestionEmbedderDeps {
  readonly index: Pick<VectorIndex, 'catchUp' | 'search' | 'inverseDocumentFrequencies'>;
  readonly documents: Pick<DocumentStore, 'readPassages'>;
  /** Other wordings of a question that finds little; none without. */
  readonly expandQuestion?: ExpandQuestion;
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
  const { documents, stages = [], now = () => new Date() } = deps;
  const embed = createQuestionEmbedder(deps);
  return async (input, signal) => {
    const clock = createClock();
    const look = await findCandidates({ ...deps, embed }, { input, clock }, signal);
    const { passages: read, windows } = await readRanked(documents, input, {
      fused: look.fused,
      countLeft: (passages) => countLeft(stages, passages, input),
    });
    signal.throwIfAborted();
    clock.lap('read');
    const { second, questionVector } = look;
    const { idealSparse } = look.terms;
    const understood = second ? { ...input, queries: [second.searched, ...input.queries] } : input;
    const context: RankContext = {
      input: understood,
      questionVector,
      windows,
      idealSparse,
      now: now(),
      lap: clock.lap,
    };
    const staged = await runStages(stages, read, context, signal);
    const packed = input.tokenBudget !== null;
    const widened = packed ? await addNeighbours(documents, input, staged) : staged.passages;
    if (packed) clock.lap('neighbours');
    const chosen = { input, passages: widened, dropped: staged.dropped };
    const { ranked, passages, dropped } = choose(deps, chosen, look.parts);
    clock.lap('pack');
    return {
      passages,
      ranked,
      nearest: nearestOf(ranked),
      questionVector,
      idealSparse,
      relevance: staged.relevance,
      degradations: [...look.degradations, ...staged.degradations],
      dropped,
      timings: clock.timings,
      ...(second ? { expansion: toExpansion(second, { input, asked: look.asked, passages }) } : {}),
    };
  };
}

interface Look {
  /** Of the question as it was asked, best first. */
  readonly asked: readonly FusedCandidate[];
  /** With what another wording found. */
  readonly fused: readonly FusedCandidate[];
  readonly parts: PartRankings;
  readonly second: SecondLook | null;
  /** Of the wording that the passages are ranked for. */
  readonly questionVector: QuestionVector | null;
  readonly terms: TermStatistics;
  readonly degradations: readonly Degradation[];
}

interface LookDeps extends RetrieveDeps {
  readonly embed: ReturnType<typeof createQuestionEmbedder>;
}

/** Every wording and part of the question is searched at once; where that finds little, one more wording. */
async function findCandidates(
  { index, embed, expandQuestion }: LookDeps,
  { input, clock }: { input: RetrieveInput; clock: ReturnType<typeof createClock> },
  signal: AbortSignal,
): Promise<Look> {
  const { queries } = input;
  const searched = { ...input, queries: [...queries, ...(input.parts ?? splitQuestion(queries[0] ?? ''))] };
  const sparse = searched.queries.map((query) => encodeQuestion(query));
  const { tenantId } = input.principal;
  const prepareIndex = async () => {
    await index.catchUp(tenantId, signal);
    return await readTermStatistics(index, tenantId, sparse[0]);
  };
  // The ideal score needs no vector: while the question is embedded, the index learns of changes.
  const [{ vectors, embedder, degradations: embedding }, terms] = await Promise.all([
    embed(searched.queries, signal),
    orIndexUnavailable(prepareIndex(), signal),
  ]);
  clock.lap('embed');
  const found = await orIndexUnavailable(searchAll(index, searched, { vectors, embedder, sparse }, signal), signal);
  clock.lap('search');
  const rankings = found.map(({ candidates }) => fuse(candidates));
  const parts = rankings.slice(queries.length);
  const asked = mergeParts(mergeBest(rankings.slice(0, queries.length)), parts);
  clock.lap('fuse');
  const { second, degradations: expanding } = expandQuestion
    ? await searchExpanded({ index, embed, expandQuestion }, input, { terms, found: found[0] }, signal)
    : { second: null, degradations: [] };
  if (second) clock.lap('expand');
  const searching = found.flatMap(({ degradation }) => degradation ?? []).slice(0, 1);
  return {
    asked,
    fused: second ? mergeBest([asked, second.candidates]) : asked,
    parts,
    second,
    questionVector: second?.vector ?? vectors[0] ?? null,
    terms: second?.terms ?? terms,
    degradations: [...embedding, ...searching.map((one) => ({ step: 'search', ...one })), ...expanding].filter(isFirst),
  };
}

/** The second look may meet what the first has met. */
function isFirst({ step, cause }: Degradation, index: number, all: readonly Degradation[]): boolean {
  return all.findIndex((other) => other.step === step && other.cause === cause) === index;
}

interface Staged {
  readonly input: RetrieveInput;
  readonly passages: readonly ScoredPassage[];
  readonly dropped: readonly DroppedPassage[];
}

/** The first of the ranking, or what of it fits the budget; the evidence of each part of the question is among them. */
function choose({ countTokens }: RetrieveDeps, { input, ...staged }: Staged, parts: PartRankings) {
  const { limit, tokenBudget } = input;
  const ranked = keepEvidence(staged.passages, evidenceOf(staged.passages, parts), limit);
  if (tokenBudget === null) return { ranked, passages: ranked.slice(0, limit), dropped: staged.dropped };
  const first = evidenceOf(ranked, parts, 1);
  const packed = pack(ranked, { limit, tokenBudget, countTokens, first });
  return { ranked, passages: packed.passages, dropped: [...staged.dropped, ...packed.dropped] };
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
