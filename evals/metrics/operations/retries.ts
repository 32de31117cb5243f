import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';

/**
 * Attempts that failed before the answer was given, at least 0: a limited rate, a connection, a server in trouble. What never came to an answer is an error and
 * has none. `na` where they were not counted.
 */
export const retries: CaseMetric = {
  of: 'case',
  name: 'retries',
  group: 'operations',
  description: 'Failed attempts before the answer',
  better: 'lower',
  unit: 'count',
  version: 1,
  score: ({ answer }) => okOrNa(answer.retries ?? null, 'attempts were not counted'),
};
