import type { CaseMetric } from '../../metric.ts';
import { rightScore } from '../rightness.ts';
import { na } from '../score.ts';

/**
 * `correct` of a follow-up: 1 for a right answer, else 0. `na` for a case without earlier turns and where it says nothing of the answer.
 */
export const followUpCorrect: CaseMetric = {
  of: 'case',
  name: 'followUpCorrect',
  group: 'conversation',
  description: 'Follow-ups: right by all that the case knows',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => (answered.case.history.length > 0 ? rightScore(answered) : na('the case has no earlier turn')),
};
