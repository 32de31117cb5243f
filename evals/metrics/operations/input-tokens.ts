import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * Tokens that the target's models read for the answer, at least 0. `na` for an answer that was kept, which costs nothing.
 */
export const inputTokens: CaseMetric = {
  of: 'case',
  name: 'inputTokens',
  group: 'operations',
  description: 'Tokens that models read',
  better: 'lower',
  unit: 'tokens',
  version: 1,
  score: ({ answer }) => (answer.cached ? na('an answer that was kept') : ok(answer.usage.inputTokens)),
};
