import type { CaseMetric } from '../../metric.ts';
import { na, okOrNa } from '../score.ts';

/**
 * US dollars of an answer: tokens by the price table of the run, an estimate, at least 0. `na` for an answer that was kept, which costs nothing, and where no
 * price is known.
 */
export const cost: CaseMetric = {
  of: 'case',
  name: 'cost',
  group: 'operations',
  description: 'Estimated cost of an answer',
  better: 'lower',
  unit: 'dollars',
  version: 1,
  score: ({ answer }) => (answer.cached ? na('an answer that was kept') : okOrNa(answer.cost, 'no price is known')),
};
