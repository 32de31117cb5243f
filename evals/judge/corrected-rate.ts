import { AppError } from '../../src/domain/errors.ts';
import type { Interval } from '../statistics/bca.ts';
import { predictionPoweredMean } from '../statistics/prediction-powered.ts';
import { type CorrectedRate, leastInformedness, roganGladen } from '../statistics/rogan-gladen.ts';

export interface CorrectedRates {
  /** Answers that the judge read, and the share that it called unsupported. */
  readonly judged: number;
  readonly raw: number;
  /** By the judge's true positive and true negative rates. */
  readonly roganGladen: CorrectedRate;
  /** By the judge on all answers and its errors on the labelled ones. */
  readonly predictionPowered: CorrectedRate;
  /** By the labels of people alone; the interval is of the same kind, so that the widths compare. */
  readonly labelsOnly: CorrectedRate;
}

/** Whether judge and people call a labelled answer unsupported. */
export interface LabelledVerdict {
  readonly called: boolean;
  readonly isUnsupported: boolean;
}

/**
 * The rate of unsupported answers among `called`, corrected by labelled answers, with 95 % intervals. The prediction-powered one needs labels drawn from
 * the same answers, the other one a judge that errs there as often as here. Throws INVALID_REQUEST where TPR + TNR - 1 is below .2, and
 * without two judged answers or an answer of each label.
 */
export function correctRate(called: readonly boolean[], labelled: readonly LabelledVerdict[]): CorrectedRates {
  const unsupported = labelled.filter(({ isUnsupported }) => isUnsupported);
  const supported = labelled.filter(({ isUnsupported }) => !isUnsupported);
  const predictions = called.map(Number);
  const labels = labelled.map((each) => ({ label: Number(each.isUnsupported), prediction: Number(each.called) }));
  const positive = called.filter((each) => each).length;
  const rates = {
    positives: unsupported.length,
    truePositives: unsupported.filter((each) => each.called).length,
    negatives: supported.length,
    falsePositives: supported.filter((each) => each.called).length,
  };
  const corrected = roganGladen({ positive, count: called.length }, rates);
  const powered = predictionPoweredMean(labels, predictions);
  const alone = predictionPoweredMean(labels, predictions, { lambda: 0 });
  if (!corrected || !powered || !alone) throw refused(called.length, rates);
  return {
    judged: called.length,
    raw: positive / called.length,
    roganGladen: corrected,
    predictionPowered: asRate(powered),
    labelsOnly: asRate(alone),
  };
}

const clip = (value: number) => Math.min(1, Math.max(0, value));

function asRate({
  mean,
  interval: [lower, upper],
}: {
  readonly mean: number;
  readonly interval: Interval;
}): CorrectedRate {
  return { rate: clip(mean), interval: [clip(lower), clip(upper)] };
}

function refused(judged: number, rates: Parameters<typeof roganGladen>[1]): AppError {
  const { positives, truePositives, negatives, falsePositives } = rates;
  const isEnough = judged >= 2 && positives > 0 && negatives > 0;
  const informedness = truePositives / positives - falsePositives / negatives;
  const [expected, received] = isEnough
    ? [`a judge with TPR + TNR - 1 of at least ${leastInformedness}`, informedness.toFixed(2)]
    : ['judged answers, and labelled ones of both kinds', `${judged} judged; ${positives} and ${negatives} labelled`];
  return new AppError('INVALID_REQUEST', 'The rate cannot be corrected.', {
    errors: [{ field: 'calibration', expected, received }],
  });
}
