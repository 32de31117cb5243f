import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * 1 when a question that can be answered was refused, else 0; its mean is FP / answerable, where refusing is the positive class. `na` for
 * cases that are not marked answerable.
 */
export const overRefusal: CaseMetric = {
  of: 'case',
  name: 'overRefusal',
  group: 'abstention',
  description: 'Refused, though it can be answered',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: ({ case: own, answer: { state } }) =>
    own.answerable === true ? ok(Number(state === 'refused')) : na('the case is not marked answerable'),
};
