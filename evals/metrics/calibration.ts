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
  if (cases.length === 0) return null;
  const binned = Map.groupBy(cases, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  let error = 0;
  for (const group of binned.values()) {
    const confidence = group.reduce((sum, each) => sum + each.confidence, 0);
    const right = group.filter((each) => each.right).length;
    error += Math.abs(confidence - right) / cases.length;
  }
  return error;
}
