import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * 1 when a question that nothing answers was refused, else 0; its mean is recall, TP / (TP + FN). `na` for cases that are not marked
 * unanswerable.
 */
export const abstentionRecall: CaseMetric = {
  of: 'case',
  name: 'abstentionRecall',
  group: 'abstention',
  description: 'Refused, as nothing answers it',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: ({ case: own, answer: { state } }) =>
    own.answerable === false ? ok(Number(state === 'refused')) : na('the case is not marked unanswerable'),
};
