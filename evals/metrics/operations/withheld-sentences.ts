import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';

/**
 * Number of sentences that the target withheld because their quotes did not support them, at least 0. The evidence has the reasons.
 */
export const withheldSentences: CaseMetric = {
  of: 'case',
  name: 'withheldSentences',
  group: 'operations',
  description: 'Sentences that were withheld',
  better: 'none',
  unit: 'count',
  version: 1,
  score: ({ answer }) => ok(answer.withheld.length, answer.withheld),
};
