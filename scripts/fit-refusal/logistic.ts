export interface Example {
  readonly features: readonly number[];
  /** 1: the sources hold no answer. */
  readonly label: 0 | 1;
  /** How many examples it counts for. */
  readonly weight: number;
  /** The collection that it is from. Each has an intercept of its own: how often it has no answer says nothing about a question. */
  readonly set: string;
}

export interface LogisticFit {
  readonly intercepts: ReadonlyMap<string, number>;
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
  const scale = signs.map((_, column) => scaleOf(examples, column));
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const ofSet = new Map<string, number>();
  for (const { set, weight } of examples) ofSet.set(set, (ofSet.get(set) ?? 0) + weight);
  const intercepts = new Map([...ofSet.keys()].map((set) => [set, 0]));
  const rows = examples.map(({ features, label, weight, set }) => ({
    label,
    weight,
    set,
    values: scale.map(({ mean, deviation }, column) => ((features[column] ?? 0) - mean) / deviation),
  }));
  let weights = signs.map(() => 0);
  for (let step = 0; step < steps; step += 1) {
    const errors = rows.map(
      ({ values, label, weight, set }) => weight * (sigmoid((intercepts.get(set) ?? 0) + dot(weights, values)) - label),
    );
    weights = weights.map((weight, column) => {
      const slope = rows.reduce((sum, { values }, row) => sum + (errors[row] ?? 0) * (values[column] ?? 0), 0);
      const next = weight - (rate * (slope + penalty * weight)) / total;
      return next * (signs[column] ?? 1) > 0 ? next : 0;
    });
    for (const [index, { set }] of rows.entries())
      intercepts.set(set, (intercepts.get(set) ?? 0) - (rate * (errors[index] ?? 0)) / (ofSet.get(set) ?? 1));
  }
  return { intercepts, columns: scale.map((column, index) => ({ ...column, weight: weights[index] ?? 0 })) };
}

/** The probability of 1 by the intercept of a set; by none where it has none. */
export function predict({ intercepts, columns }: LogisticFit, features: readonly number[], set: string): number {
  const odds = columns.reduce(
    (sum, { mean, deviation, weight }, column) => sum + (weight * ((features[column] ?? 0) - mean)) / deviation,
    intercepts.get(set) ?? 0,
  );
  return sigmoid(odds);
}

function scaleOf(examples: readonly Example[], column: number): { mean: number; deviation: number } {
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const mean = examples.reduce((sum, { features, weight }) => sum + weight * (features[column] ?? 0), 0) / total;
  const variance = examples.reduce(
    (sum, { features, weight }) => sum + weight * ((features[column] ?? 0) - mean) ** 2,
    0,
  );
  return { mean, deviation: Math.sqrt(variance / total) || 1 };
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}
