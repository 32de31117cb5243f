import type { CaseMetric } from '../../metric.ts';
import { isRight } from '../rightness.ts';
import { na, ok } from '../score.ts';

/**
 * 1 when a question whose premise is false was refused, or answered rightly by what the case knows (see `correct`), else 0. A row of its own, as such
 * questions are the ones that systems go along with. `na` for other cases.
 */
export const falsePremiseHandled: CaseMetric = {
  of: 'case',
  name: 'falsePremiseHandled',
  group: 'abstention',
  description: 'A false premise was refused or answered rightly',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => {
    if (!answered.case.false_premise) return na('the case has no false premise');
    return ok(Number(answered.answer.state === 'refused' || isRight(answered) === true));
  },
};
