/** A stated confidence in [0, 1], and whether the answer was right. */
export interface ConfidenceCase {
  readonly confidence: number;
  readonly right: boolean;
}

const bins = 10;

/**
 * Expected calibration error in [0, 1]: over ten bins of equal width, the distance of mean confidence and share of right answers,
 * weighted by how many fall into the bin (Guo et al., 2017). Null without cases.
 */
export function expectedCalibrationError(cases: readonly ConfidenceCase[]): number | null {
  return weighCalibrationError(cases)(new Float64Array(cases.length).fill(1));
}

/** The same with each case counting as often as its place in `counts` says. */
export function weighCalibrationError(cases: readonly ConfidenceCase[]): (counts: Float64Array) => number | null {
  return (counts) => {
    const distances = new Float64Array(bins);
    let total = 0;
    for (const [place, { confidence, right }] of cases.entries()) {
      const count = counts[place] ?? 0;
      const bin = Math.min(bins - 1, Math.floor(confidence * bins));
      distances[bin] = (distances[bin] ?? 0) + count * (confidence - Number(right));
      total += count;
    }
    return total > 0 ? distances.reduce((sum, distance) => sum + Math.abs(distance), 0) / total : null;
  };
}
