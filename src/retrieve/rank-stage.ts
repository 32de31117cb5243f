import type { PassageId } from '../domain/ids.ts';
import type { PassageWindow } from '../store/documents.ts';
import type { Degradation, DroppedPassage, QuestionVector, RetrieveInput, ScoredPassage } from './retrieve.ts';

export interface RankContext {
  readonly input: RetrieveInput;
  /** The vector of the first query; null when the embedder is down. */
  readonly questionVector: QuestionVector | null;
  /** Windows of sentences with their vectors, of passages that have some. */
  readonly windows: ReadonlyMap<PassageId, readonly PassageWindow[]>;
  readonly idealSparse: number;
  readonly now: Date;
  /** Ends the time of a step. */
  lap(step: string): void;
}

export interface RankOutput {
  /** Best first. */
  readonly passages: readonly ScoredPassage[];
  readonly dropped?: readonly DroppedPassage[];
  readonly degradations?: readonly Degradation[];
  /** Probability in [0, 1] that the passages answer the question, from a stage that judges it. */
  readonly relevance?: number | null;
}

/** Orders the passages of a question anew, or takes some out. A stage that fails says so by a degradation and leaves the order as it was. */
export interface RankStage {
  readonly name: string;
  /** How many of these passages it would leave, counted up to the limit; absent: all of them. Where they are too few, more are read before the stages run. */
  countLeft?(passages: readonly ScoredPassage[], input: RetrieveInput): number;
  run(passages: readonly ScoredPassage[], context: RankContext, signal: AbortSignal): Promise<RankOutput>;
}

/** The fewest that any of the stages would leave of the passages. */
export function countLeft(
  stages: readonly RankStage[],
  passages: readonly ScoredPassage[],
  input: RetrieveInput,
): number {
  return Math.min(passages.length, ...stages.map((stage) => stage.countLeft?.(passages, input) ?? passages.length));
}

/** One stage after the other, each on what the one before left. */
export async function runStages(
  stages: readonly RankStage[],
  passages: readonly ScoredPassage[],
  context: RankContext,
  signal: AbortSignal,
): Promise<Required<RankOutput>> {
  let left = passages;
  const dropped: DroppedPassage[] = [];
  const degradations: Degradation[] = [];
  let relevance: number | null = null;
  for (const stage of stages) {
    const output = await stage.run(left, context, signal);
    signal.throwIfAborted();
    left = output.passages;
    dropped.push(...(output.dropped ?? []));
    degradations.push(...(output.degradations ?? []));
    relevance = output.relevance ?? relevance;
    context.lap(stage.name);
  }
  return { passages: left, dropped, degradations, relevance };
}
