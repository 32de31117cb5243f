import type { FeatureName, Features } from '../passage-features.ts';
import { absoluteFeatures, type RankerWeights, relativeFeatures } from '../ranker.ts';
import { fitLogistic, type LinearFit, type Table } from './logistic.ts';

/** A passage of a question as the fit sees it. */
export interface FitRow {
  readonly features: Features;
  /** Each feature's distance from the question's mean, in standard deviations. */
  readonly within: Features;
  readonly label: 0 | 1;
  /** How much it counts beside the other rows. */
  readonly weight: number;
}

export interface FitWeightsOptions {
  /** The share of the mean loss that keeps the weights of standardised columns small, or near `towards`. */
  readonly penalty: number;
  readonly towards?: RankerWeights;
}

/** Weights of these features by which the rows' labels are most likely, rounded to four digits. */
export function fitWeights(
  names: readonly FeatureName[],
  rows: readonly FitRow[],
  { penalty, towards }: FitWeightsOptions,
): RankerWeights {
  const columns = rows.map(({ features, within, ...row }) => ({
    ...row,
    values: [
      ...names.map((name) => (relativeFeatures.has(name) ? 0 : features[name])),
      ...names.map((name) => (absoluteFeatures.has(name) ? 0 : within[name])),
    ],
  }));
  const target = towards ? toLinearFit(names, towards) : null;
  const { intercept, weights } = fitLogistic(toTable(columns, 2 * names.length), penalty, target);
  const features = names.map((name, index) => [
    name,
    { value: rounded(weights[index] ?? 0), within: rounded(weights[index + names.length] ?? 0) },
  ]);
  return { intercept: rounded(intercept), features: Object.fromEntries(features) };
}

function toLinearFit(names: readonly FeatureName[], { intercept, features }: RankerWeights): LinearFit {
  const values = names.map((name) => features[name]?.value ?? 0);
  const within = names.map((name) => features[name]?.within ?? 0);
  return { intercept, weights: [...values, ...within] };
}

export interface TableRow {
  readonly values: readonly number[];
  readonly label: number;
  readonly weight: number;
}

export function toTable(rows: readonly TableRow[], columns: number): Table {
  const values = new Float64Array(rows.length * columns);
  for (const [index, row] of rows.entries()) values.set(row.values, index * columns);
  return {
    columns,
    values,
    labels: Float64Array.from(rows, ({ label }) => label),
    weights: Float64Array.from(rows, ({ weight }) => weight),
  };
}

/** To four digits, as weights are written. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
