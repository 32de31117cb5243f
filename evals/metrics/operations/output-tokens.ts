import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * Tokens that the target's models wrote for the answer, at least 0. `na` for an answer that was kept, which costs nothing.
 */
export const outputTokens: CaseMetric = {
  of: 'case',
  name: 'outputTokens',
  group: 'operations',
  description: 'Tokens that models wrote',
  better: 'lower',
  unit: 'tokens',
  version: 1,
  score: ({ answer }) => (answer.cached ? na('an answer that was kept') : ok(answer.usage.outputTokens)),
};
