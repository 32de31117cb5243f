import type { Answered, Score } from '../metric.ts';
import { na } from './score.ts';

export const noGoldAnswer = 'the case has no gold answer';

/** Scores answers that were given: a refusal is `na`. */
export function scoreGiven(answered: Answered, formula: (answered: Answered) => Score): Score {
  return answered.answer.state === 'refused' ? na('the question was refused') : formula(answered);
}
