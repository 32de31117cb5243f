import type { ConfidenceCase } from './calibration.ts';

/**
 * Area under the risk-coverage curve, in [0, 1]: the mean, over answers from the most to the least confident, of the share of wrong answers down to there.
 * Answers of one confidence come in evenly mixed. Null without answers. Source: Geifman and El-Yaniv 2017, "Selective Classification
 * for Deep Neural Networks".
 */
export function weighRiskCoverage(cases: readonly ConfidenceCase[]): (counts: Float64Array) => number | null {
  const order = [...cases.keys()].sort((one, other) => (cases[other]?.confidence ?? 0) - (cases[one]?.confidence ?? 0));
  return (counts) => {
    let [answered, wrong, area] = [0, 0, 0];
    for (let start = 0; start < order.length; ) {
      const { confidence } = cases[order[start] ?? 0] ?? {};
      let [tied, tiedWrong] = [0, 0];
      for (; start < order.length && cases[order[start] ?? 0]?.confidence === confidence; start += 1) {
        const place = order[start] ?? 0;
        tied += counts[place] ?? 0;
        if (!cases[place]?.right) tiedWrong += counts[place] ?? 0;
      }
      for (let step = 1; step <= tied; step += 1) area += (wrong + (tiedWrong * step) / tied) / (answered + step);
      answered += tied;
      wrong += tiedWrong;
    }
    return answered > 0 ? area / answered : null;
  };
}
