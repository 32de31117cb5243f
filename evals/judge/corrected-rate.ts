import { AppError } from '../../src/domain/errors.ts';
import { normalQuantile } from '../statistics/distributions.ts';

type Interval = readonly [number, number];

export interface Rate {
  readonly rate: number;
  /** 95 %. */
  readonly interval: Interval;
}

export interface CorrectedRate {
  /** Answers that the judge read, and the share that it called unsupported. */
  readonly judged: number;
  readonly raw: number;
  /** By the judge's true positive and true negative rates. */
  readonly roganGladen: Rate;
  /** By the judge on all answers and its errors on the labelled ones. */
  readonly predictionPowered: Rate & { readonly lambda: number };
  /** By the labels of people alone. */
  readonly labelsOnly: Rate;
}

/** Whether judge and people call a labelled answer unsupported. */
export interface LabelledVerdict {
  readonly called: boolean;
  readonly isUnsupported: boolean;
}

/** Of a judge that is better than chance by less, no correction makes a rate: its denominator is close to 0. */
export const leastInformedness = 0.2;

/**
 * The rate of unsupported answers among `called`, corrected by labelled answers. Throws INVALID_REQUEST where TPR + TNR - 1 is below .2, and
 * without a judged answer or an answer of each label.
 */
export function correctRate(called: readonly boolean[], labelled: readonly LabelledVerdict[]): CorrectedRate {
  const unsupported = labelled.filter(({ isUnsupported }) => isUnsupported);
  const supported = labelled.filter(({ isUnsupported }) => !isUnsupported);
  if (called.length === 0 || unsupported.length === 0 || supported.length === 0)
    throw refused(
      'judged answers, and labelled ones of both kinds',
      `${called.length} judged, ${unsupported.length} unsupported and ${supported.length} supported labelled`,
    );
  const tpr = shareOf(unsupported, (each) => each.called);
  const tnr = shareOf(supported, (each) => !each.called);
  if (tpr + tnr - 1 < leastInformedness)
    throw refused(`a judge with TPR + TNR - 1 of at least ${leastInformedness}`, (tpr + tnr - 1).toFixed(2));
  const raw = shareOf(called, (each) => each);
  const rates = { tpr, tnr, positives: unsupported.length, negatives: supported.length };
  return {
    judged: called.length,
    raw,
    roganGladen: roganGladen({ rate: raw, size: called.length }, rates),
    predictionPowered: predictionPowered(
      called.map(Number),
      labelled.map((each) => ({ predicted: Number(each.called), actual: Number(each.isUnsupported) })),
    ),
    labelsOnly: meanRate(labelled.map(({ isUnsupported }) => Number(isUnsupported))),
  };
}

interface JudgeRates {
  readonly tpr: number;
  readonly tnr: number;
  /** Labelled answers that each rate was taken from. */
  readonly positives: number;
  readonly negatives: number;
}

/**
 * (p + TNR - 1) / (TPR + TNR - 1), cut to [0, 1]. The interval is by the delta method over all three estimates; p is moved by Agresti and Coull's
 * pseudo-counts, TPR and TNR by one of each kind, so that rates of 0 and 1 have a variance. Sources: Rogan and Gladen 1978; Lang and
 * Reiczigel 2014.
 */
export function roganGladen(observed: { readonly rate: number; readonly size: number }, rates: JudgeRates): Rate {
  const p = withPseudoCounts(observed.rate, observed.size, z ** 2 / 2);
  const tpr = withPseudoCounts(rates.tpr, rates.positives, 1);
  const tnr = withPseudoCounts(rates.tnr, rates.negatives, 1);
  const power = tpr.value + tnr.value - 1;
  const middle = (p.value + tnr.value - 1) / power;
  const variance = (p.variance + (1 - middle) ** 2 * tnr.variance + middle ** 2 * tpr.variance) / power ** 2;
  return {
    rate: clip((observed.rate + rates.tnr - 1) / (rates.tpr + rates.tnr - 1)),
    interval: around(middle, variance),
  };
}

interface LabelledPrediction {
  readonly predicted: number;
  readonly actual: number;
}

/**
 * Prediction-powered mean with power tuning: mean(y) + λ (mean of f over all answers - mean of f over the labelled ones), with
 * λ = cov(y, f) / ((1 + n/N) var(f)) in [0, 1], which makes its interval no wider than that of the labels alone. The labelled answers must be drawn
 * from the same population as the others. Source: Angelopoulos, Duchi and Zrnic 2023, "PPI++".
 */
export function predictionPowered(
  predictions: readonly number[],
  labelled: readonly LabelledPrediction[],
): Rate & { readonly lambda: number } {
  const actual = labelled.map((each) => each.actual);
  const predicted = labelled.map((each) => each.predicted);
  const spread = varianceOf([...predictions, ...predicted]);
  const tuned =
    spread === 0 ? 0 : covarianceOf(actual, predicted) / ((1 + labelled.length / predictions.length) * spread);
  const lambda = clip(tuned);
  const errors = labelled.map((each) => each.actual - lambda * each.predicted);
  const rate = meanOf(errors) + lambda * meanOf(predictions);
  const variance = varianceOf(errors) / labelled.length + (lambda ** 2 * varianceOf(predictions)) / predictions.length;
  return { rate: clip(rate), interval: around(rate, variance), lambda };
}

/** The mean of the labels, with the normal interval that the corrected one is compared with. */
function meanRate(values: readonly number[]): Rate {
  return { rate: meanOf(values), interval: around(meanOf(values), varianceOf(values) / values.length) };
}

const z = normalQuantile(0.975);
const clip = (value: number) => Math.min(1, Math.max(0, value));
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const around = (middle: number, variance: number): Interval => [
  clip(middle - z * Math.sqrt(variance)),
  clip(middle + z * Math.sqrt(variance)),
];

function covarianceOf(one: readonly number[], other: readonly number[]): number {
  const [first, second] = [meanOf(one), meanOf(other)];
  const sum = one.reduce((total, value, index) => total + (value - first) * ((other[index] ?? second) - second), 0);
  return sum / Math.max(1, one.length - 1);
}

const varianceOf = (values: readonly number[]) => covarianceOf(values, values);

/** `each` more of both outcomes. */
function withPseudoCounts(rate: number, size: number, each: number): { value: number; variance: number } {
  const value = (rate * size + each) / (size + 2 * each);
  return { value, variance: (value * (1 - value)) / (size + 2 * each) };
}

function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length;
}

function refused(expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', 'The rate cannot be corrected.', {
    errors: [{ field: 'calibration', expected, received }],
  });
}
