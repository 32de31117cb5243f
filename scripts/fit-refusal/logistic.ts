export interface Example {
  readonly features: readonly number[];
  /** 1: the sources hold no answer. */
  readonly label: 0 | 1;
  /** How many examples it counts for. */
  readonly weight: number;
}

export interface LogisticFit {
  readonly intercept: number;
  readonly columns: readonly { readonly mean: number; readonly deviation: number; readonly weight: number }[];
}

export interface FitOptions {
  /** L2 penalty on the weights of standardised columns, as if that many examples spoke for 0. */
  readonly penalty: number;
  /** The sign that each column's weight may have. */
  readonly signs: readonly (1 | -1)[];
}

const steps = 2000;
const rate = 0.3;

/** Logistic regression over standardised columns, by gradient descent; a weight that would take the wrong sign is 0. */
export function fitLogistic(examples: readonly Example[], { penalty, signs }: FitOptions): LogisticFit {
  const scale = signs.map((_, column) => scaleOf(examples.map((example) => example.features[column] ?? 0)));
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const rows = examples.map(({ features, label, weight }) => ({
    label,
    weight,
    values: scale.map(({ mean, deviation }, column) => ((features[column] ?? 0) - mean) / deviation),
  }));
  let weights = signs.map(() => 0);
  let intercept = 0;
  for (let step = 0; step < steps; step += 1) {
    const errors = rows.map(
      ({ values, label, weight }) => weight * (sigmoid(intercept + dot(weights, values)) - label),
    );
    weights = weights.map((weight, column) => {
      const slope = rows.reduce((sum, { values }, row) => sum + (errors[row] ?? 0) * (values[column] ?? 0), 0);
      const next = weight - (rate * (slope + penalty * weight)) / total;
      return next * (signs[column] ?? 1) > 0 ? next : 0;
    });
    intercept -= (rate * errors.reduce((sum, error) => sum + error, 0)) / total;
  }
  return { intercept, columns: scale.map((column, index) => ({ ...column, weight: weights[index] ?? 0 })) };
}

export function predict({ intercept, columns }: LogisticFit, features: readonly number[]): number {
  const odds = columns.reduce(
    (sum, { mean, deviation, weight }, column) => sum + (weight * ((features[column] ?? 0) - mean)) / deviation,
    intercept,
  );
  return sigmoid(odds);
}

function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}
