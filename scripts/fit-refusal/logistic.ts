export interface Example {
  readonly features: readonly number[];
  /** 1: the sources hold no answer. */
  readonly label: 0 | 1;
}

export interface LogisticFit {
  readonly intercept: number;
  readonly columns: readonly { readonly mean: number; readonly deviation: number; readonly weight: number }[];
}

const steps = 3000;
const rate = 0.05;

/** Logistic regression over standardised columns with an L2 penalty on the weights, by gradient descent with momentum. */
export function fitLogistic(examples: readonly Example[], penalty: number): LogisticFit {
  const width = examples[0]?.features.length ?? 0;
  const scale = Array.from({ length: width }, (_, column) =>
    scaleOf(examples.map((example) => example.features[column] ?? 0)),
  );
  const rows = examples.map(({ features, label }) => ({
    label,
    values: scale.map(({ mean, deviation }, column) => ((features[column] ?? 0) - mean) / deviation),
  }));
  const weights = new Array<number>(width).fill(0);
  const velocity = new Array<number>(width + 1).fill(0);
  let intercept = 0;
  for (let step = 0; step < steps; step += 1) {
    const gradient = weights.map((weight) => (penalty * weight) / rows.length);
    let gradientOfIntercept = 0;
    for (const { values, label } of rows) {
      const error = (sigmoid(intercept + dot(weights, values)) - label) / rows.length;
      gradientOfIntercept += error;
      for (let column = 0; column < width; column += 1)
        gradient[column] = (gradient[column] ?? 0) + error * (values[column] ?? 0);
    }
    for (let column = 0; column < width; column += 1) {
      velocity[column] = 0.9 * (velocity[column] ?? 0) - rate * (gradient[column] ?? 0);
      weights[column] = (weights[column] ?? 0) + (velocity[column] ?? 0);
    }
    velocity[width] = 0.9 * (velocity[width] ?? 0) - rate * gradientOfIntercept;
    intercept += velocity[width] ?? 0;
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
