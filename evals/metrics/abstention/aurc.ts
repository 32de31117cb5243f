import { weighRiskCoverage } from '../risk-coverage.ts';
import { suiteMetric } from '../suite-metric.ts';
import { weighSome } from '../weigh-some.ts';
import { confidenceCase } from './confidence-cases.ts';

/**
 * Area under the risk-coverage curve of the confidence, in [0, 1]: the share of wrong answers among the more confident ones, averaged over all places to
 * stop. Over answers that were given with a confidence, to cases that say what is right; null without one. Source: Geifman and El-Yaniv 2017,
 * "Selective Classification for Deep Neural Networks".
 */
export const aurc = suiteMetric(
  {
    name: 'aurc',
    group: 'abstention',
    description: 'Wrong answers among the more confident ones, over all places to stop',
    better: 'lower',
    unit: 'share',
    version: 1,
  },
  confidenceCase,
  weighSome(weighRiskCoverage),
);
