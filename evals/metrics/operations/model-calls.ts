import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * Calls of models for the answer, at least 0. `na` for an answer that was kept, which costs nothing.
 */
export const modelCalls: CaseMetric = {
  of: 'case',
  name: 'modelCalls',
  group: 'operations',
  description: 'Calls of models',
  better: 'lower',
  unit: 'count',
  version: 1,
  score: ({ answer }) => (answer.cached ? na('an answer that was kept') : ok(answer.usage.calls)),
};
