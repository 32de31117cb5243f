import type { CaseMetric } from '../../metric.ts';
import { isRight } from '../rightness.ts';
import { na, ok } from '../score.ts';

/**
 * Right +1, refused 0, wrong -1, in [-1, 1]: refusing all gains nothing and guessing costs. A right refusal is 1. `na` where the case says nothing of
 * the answer (see `correct`). It is the negative marking of examinations.
 */
export const coverageAdjusted: CaseMetric = {
  of: 'case',
  name: 'coverageAdjusted',
  group: 'abstention',
  description: '1 for right, 0 for a refusal, -1 for wrong',
  better: 'higher',
  unit: 'count',
  version: 1,
  score: (answered) => {
    const right = isRight(answered);
    if (right === null) return na('the case says nothing of the answer');
    return ok(right ? 1 : answered.answer.state === 'refused' ? 0 : -1);
  },
};
