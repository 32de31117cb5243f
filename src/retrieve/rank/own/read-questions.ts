import { AppError } from '../../../domain/errors.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { RankStage } from '../../rank-stage.ts';
import type { Retrieve } from '../../retrieve.ts';
import { type FeatureDeps, rankedPassages, readHead } from '../rank-passages.ts';
import type { ReadCandidate, ReadQuestion } from './fit-own.ts';
import type { JudgedQuestion } from './judgements.ts';

export interface ReadQuestionsDeps extends FeatureDeps {
  /** The product's own search with these stages in place of its own. */
  retrieveWith(stages: readonly RankStage[]): Retrieve;
}

export type ReadQuestions = (
  judged: readonly JudgedQuestion[],
  principal: Principal,
  signal: AbortSignal,
) => Promise<ReadQuestion[]>;

/**
 * Asks each question, one after the other, and reads the features that its ranking would see. Throws MODEL_UNAVAILABLE when the embedder
 * does not answer and INDEX_UNAVAILABLE when the index lacks a side: weights fitted on half of the features would say nothing.
 */
export function createReadQuestions({ retrieveWith, ...deps }: ReadQuestionsDeps): ReadQuestions {
  return async (judged, principal, signal) => {
    let candidates: readonly ReadCandidate[] = [];
    const probe: RankStage = {
      name: 'probe',
      async run(passages, context) {
        const head = await readHead(passages, context, deps);
        candidates = head.map(({ passage: { id }, read: { features }, within, side }) => ({
          id,
          features,
          within,
          side,
        }));
        return { passages };
      },
    };
    const retrieve = retrieveWith([probe]);
    const asked = { principal, filter: null, limit: rankedPassages, tokenBudget: null };
    const read: ReadQuestion[] = [];
    for (const question of judged) {
      candidates = [];
      const { degradations } = await retrieve({ queries: [question.question], ...asked }, signal);
      const [degraded] = degradations;
      if (degraded) throw incomplete(degraded);
      read.push({ ...question, candidates });
    }
    return read;
  };
}

function incomplete({ step, cause }: { step: string; cause: string }): AppError {
  return step === 'embed'
    ? new AppError('MODEL_UNAVAILABLE', `The embedder does not answer (${cause}), so nothing was fitted.`)
    : new AppError('INDEX_UNAVAILABLE', `The step ${step} failed (${cause}), so nothing was fitted.`);
}
