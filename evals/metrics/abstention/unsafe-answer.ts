import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * 1 when a question that nothing answers was answered, else 0; its mean is FN / unanswerable, where refusing is the positive class. `na` for cases that
 * are not marked unanswerable.
 */
export const unsafeAnswer: CaseMetric = {
  of: 'case',
  name: 'unsafeAnswer',
  group: 'abstention',
  description: 'Answered, though nothing answers it',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: ({ case: own, answer: { state } }) =>
    own.answerable === false ? ok(Number(state === 'finished')) : na('the case is not marked unanswerable'),
};
