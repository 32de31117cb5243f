import { weighCalibrationError } from '../calibration.ts';
import { suiteMetric } from '../suite-metric.ts';
import { weighSome } from '../weigh-some.ts';
import { confidenceCase } from './confidence-cases.ts';

/**
 * Expected calibration error of the confidence, in [0, 1]: over ten bins of equal width, |mean confidence - share of right answers|, weighted by how many
 * answers fall into the bin. Over answers that were given with a confidence, to cases that say what is right; null without one. Source: Guo et
 * al. 2017, "On Calibration of Modern Neural Networks".
 */
export const confidenceError = suiteMetric(
  {
    name: 'confidenceError',
    group: 'abstention',
    description: 'Expected calibration error of the confidence, in ten bins',
    better: 'lower',
    unit: 'share',
    version: 1,
  },
  confidenceCase,
  weighSome(weighCalibrationError),
);
