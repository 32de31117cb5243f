/** Rows of `columns` values each, one after the other, with their labels (0 or 1) and how much each counts. */
export interface Table {
  readonly columns: number;
  readonly values: Float64Array;
  readonly labels: Float64Array;
  readonly weights: Float64Array;
}

export interface LinearFit {
  readonly intercept: number;
  readonly weights: readonly number[];
}

const mostSteps = 25;
const smallStep = 1e-7;
/** As a share of a whole one. */
const shortestStep = 1 / 64;
const mostOdds = 30;
const constantColumn = 1e-9;

/**
 * Logistic regression by Newton's method over standardised columns; `penalty` is the L2 term's share of the mean loss. It pulls the weights
 * towards 0, or with `towards` all of a fit, its intercept too, towards that one.
 */
export function fitLogistic(table: Table, penalty: number, towards: LinearFit | null = null): LinearFit {
  const { columns } = table;
  const scale = scaleOf(table);
  const width = columns + 1;
  const target = towards ? standardiseFit(towards, scale) : new Float64Array(width);
  const penalties = new Float64Array(width).fill(penalty);
  if (!towards) penalties[0] = 0;
  const at = (fitted: Float64Array) => ({ fitted, ...derivatives(table, scale, { fitted, target, penalties }) });
  let best = at(target);
  for (let step = 0; step < mostSteps; step += 1) {
    const change = solve(best.curvature, best.slope);
    const { fitted } = best;
    const shortened = (length: number) => at(fitted.map((value, index) => value - length * (change[index] ?? 0)));
    let length = 1;
    let next = shortened(length);
    // Far from the minimum a whole step may overshoot.
    while (next.loss > best.loss && length > shortestStep) {
      length /= 2;
      next = shortened(length);
    }
    best = next;
    if (change.every((value) => Math.abs(value) < smallStep)) break;
  }
  const { fitted } = best;
  const weights = scale.map(({ deviation }, column) => (fitted[column + 1] ?? 0) / deviation);
  const shift = weights.reduce((sum, weight, column) => sum + weight * (scale[column]?.mean ?? 0), 0);
  return { intercept: (fitted[0] ?? 0) - shift, weights };
}

/** The same fit over standardised columns, its intercept first. */
function standardiseFit({ intercept, weights }: LinearFit, scale: Scale): Float64Array {
  const shift = weights.reduce((sum, weight, column) => sum + weight * (scale[column]?.mean ?? 0), 0);
  return Float64Array.of(
    intercept + shift,
    ...scale.map(({ deviation }, column) => (weights[column] ?? 0) * deviation),
  );
}

type Scale = readonly { readonly mean: number; readonly deviation: number }[];

function scaleOf({ columns, values, weights }: Table): Scale {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: columns }, (_, column) => {
    let mean = 0;
    let square = 0;
    for (const [row, weight] of weights.entries()) {
      const value = values[row * columns + column] ?? 0;
      mean += (weight * value) / total;
      square += (weight * value * value) / total;
    }
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return { mean, deviation: deviation > constantColumn ? deviation : 1 };
  });
}

interface State {
  readonly fitted: Float64Array;
  /** What the penalty pulls towards. */
  readonly target: Float64Array;
  readonly penalties: Float64Array;
}

/** The mean loss with its first and second derivatives; the intercept stands first. */
function derivatives({ columns, values, labels, weights }: Table, scale: Scale, { fitted, target, penalties }: State) {
  const width = columns + 1;
  const slope = new Float64Array(width);
  const curvature = new Float64Array(width * width);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const row = new Float64Array(width).fill(1);
  let loss = 0;
  for (const [index, label] of labels.entries()) {
    let odds = fitted[0] ?? 0;
    for (let column = 0; column < columns; column += 1) {
      const { mean, deviation } = scale[column] ?? { mean: 0, deviation: 1 };
      const value = ((values[index * columns + column] ?? 0) - mean) / deviation;
      row[column + 1] = value;
      odds += value * (fitted[column + 1] ?? 0);
    }
    const probability = 1 / (1 + Math.exp(-odds));
    const share = (weights[index] ?? 0) / total;
    const error = share * (probability - label);
    loss += share * logarithmicLoss(odds, label);
    const spread = share * probability * (1 - probability);
    for (let one = 0; one < width; one += 1) {
      const value = row[one] ?? 0;
      slope[one] = (slope[one] ?? 0) + error * value;
      const scaled = spread * value;
      for (let other = 0; other <= one; other += 1)
        curvature[one * width + other] = (curvature[one * width + other] ?? 0) + scaled * (row[other] ?? 0);
    }
  }
  for (let one = 0; one < width; one += 1) {
    const penalty = penalties[one] ?? 0;
    const distance = (fitted[one] ?? 0) - (target[one] ?? 0);
    loss += (penalty * distance ** 2) / 2;
    slope[one] = (slope[one] ?? 0) + penalty * distance;
    curvature[one * width + one] = (curvature[one * width + one] ?? 0) + Math.max(penalty, constantColumn);
    for (let other = 0; other < one; other += 1) curvature[other * width + one] = curvature[one * width + other] ?? 0;
  }
  return { loss, slope, curvature };
}

/** Minus the logarithm of the probability that the odds give the label. */
function logarithmicLoss(odds: number, label: number): number {
  const against = label > 0 ? -odds : odds;
  return against > mostOdds ? against : Math.log1p(Math.exp(against));
}

/** Gaussian elimination with row pivots; the matrix is positive definite, row by row. */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const width = right.length;
  const rows = Array.from({ length: width }, (_, row) => [
    ...matrix.slice(row * width, (row + 1) * width),
    right[row] ?? 0,
  ]);
  for (let column = 0; column < width; column += 1) {
    const pivots = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivot = column + pivots.indexOf(Math.max(...pivots));
    const [one, other] = [rows[column] ?? [], rows[pivot] ?? []];
    [rows[column], rows[pivot]] = [other, one];
    const lead = other[column] || 1;
    for (const [index, row] of rows.entries()) {
      if (index === column) continue;
      const factor = (row[column] ?? 0) / lead;
      for (let at = column; at <= width; at += 1) row[at] = (row[at] ?? 0) - factor * (other[at] ?? 0);
    }
  }
  return Float64Array.from(rows, (row, index) => (row[width] ?? 0) / (row[index] || 1));
}
