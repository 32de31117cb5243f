import { weighAuroc } from '../auroc.ts';
import { suiteMetric } from '../suite-metric.ts';
import { weighSome } from '../weigh-some.ts';

/**
 * AUROC of the target's probability that nothing answers, in [0, 1]: the chance that it is higher for a question that nothing answers than for one
 * that can be answered, ties one half; whatever the threshold. Over cases that say which they are and answers that have the probability;
 * null with one kind only.
 */
export const abstentionAuroc = suiteMetric(
  {
    name: 'abstentionAuroc',
    group: 'abstention',
    description: 'How well the refusal probability tells what nothing answers, as AUROC',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  ({ case: { answerable }, answer: { refusalProbability } }) =>
    answerable === undefined || refusalProbability === null
      ? null
      : { score: refusalProbability, positive: !answerable },
  weighSome(weighAuroc),
);
