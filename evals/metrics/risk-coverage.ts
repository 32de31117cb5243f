import type { ConfidenceCase } from './calibration.ts';

/**
 * Area under the risk-coverage curve, in [0, 1]: the mean, over answers from the most to the least confident, of the share of wrong answers down to there.
 * Answers of one confidence come in evenly mixed. Null without answers. Source: Geifman and El-Yaniv 2017, "Selective Classification
 * for Deep Neural Networks".
 */
export function weighRiskCoverage(cases: readonly ConfidenceCase[]): (counts: Float64Array) => number | null {
  const confidenceAt = (place: number) => cases[place]?.confidence ?? 0;
  const order = Uint32Array.from([...cases.keys()].sort((one, other) => confidenceAt(other) - confidenceAt(one)));
  const confidences = Float64Array.from(order, confidenceAt);
  const isWrong = Uint8Array.from(order, (place) => Number(!cases[place]?.right));
  return (counts) => {
    let answered = 0;
    let wrong = 0;
    let area = 0;
    for (let rank = 0; rank < order.length; ) {
      const confidence = confidences[rank];
      let tied = 0;
      let tiedWrong = 0;
      do {
        const count = counts[order[rank] ?? 0] ?? 0;
        tied += count;
        if (isWrong[rank] === 1) tiedWrong += count;
        rank += 1;
      } while (rank < order.length && confidences[rank] === confidence);
      for (let step = 1; step <= tied; step += 1) area += (wrong + (tiedWrong * step) / tied) / (answered + step);
      answered += tied;
      wrong += tiedWrong;
    }
    return answered > 0 ? area / answered : null;
  };
}
