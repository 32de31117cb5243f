import { suiteMetric } from '../suite-metric.ts';
import { refusalKind, weighRefusals } from './refusal-counts.ts';

/**
 * F1 of refusing, 2 TP / (2 TP + FP + FN), in [0, 1]: harmonic mean of `abstentionPrecision` and `abstentionRecall`. Null when nothing was refused and
 * nothing had to be.
 */
export const abstentionF1 = suiteMetric(
  {
    name: 'abstentionF1',
    group: 'abstention',
    description: 'Harmonic mean of precision and recall of refusing',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  refusalKind,
  (kinds) => {
    const count = weighRefusals(kinds);
    return (counts) => {
      const { right, wrong, missed } = count(counts);
      const total = 2 * right + wrong + missed;
      return total > 0 ? (2 * right) / total : null;
    };
  },
);
