import type { CaseMetric } from '../../metric.ts';
import { rightScore } from '../rightness.ts';

/**
 * 1 for a right answer, 0 for a wrong one and for a wrong refusal, end to end. A question that nothing answers must be refused; any other must be answered,
 * with a gold answer (or its number) in the text, all vital nuggets and all checks, or else with all gold quotes quoted. `na` where the case knows
 * none of these. What passes and fails in comparisons, repeats and curves.
 */
export const correct: CaseMetric = {
  of: 'case',
  name: 'correct',
  group: 'correctness',
  description: 'Right by all that the case knows; a wrong refusal is wrong',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: rightScore,
};
