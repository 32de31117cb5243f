import type { CaseMetric } from '../../metric.ts';
import { rightScore } from '../rightness.ts';
import { na } from '../score.ts';

/**
 * `correct` of a case tagged `noise`: 1 for a right answer although what was retrieved, or given as `contexts`, holds much that does not answer, else 0. `na`
 * for other cases. Source: noise robustness of Chen et al. 2024, "RGB".
 */
export const noiseCorrect: CaseMetric = {
  of: 'case',
  name: 'noiseCorrect',
  group: 'robustness',
  description: 'Right among passages that do not answer (tag noise)',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    answered.case.tags.includes('noise') ? rightScore(answered) : na('the case is not tagged noise'),
};
