import { suiteMetric } from '../suite-metric.ts';
import { refusalKind, weighRefusals } from './refusal-counts.ts';

/**
 * Precision of refusing, TP / (TP + FP), in [0, 1]: refusals of questions that nothing answers / refusals. Over cases that say whether they can be
 * answered; null without a refusal. A refusal is the target's own state, not read from its words.
 */
export const abstentionPrecision = suiteMetric(
  {
    name: 'abstentionPrecision',
    group: 'abstention',
    description: 'Share of the refusals of what nothing answers',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  refusalKind,
  (kinds) => {
    const count = weighRefusals(kinds);
    return (counts) => {
      const { right, wrong } = count(counts);
      return right + wrong > 0 ? right / (right + wrong) : null;
    };
  },
);
