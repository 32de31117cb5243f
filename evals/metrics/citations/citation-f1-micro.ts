import { suiteMetric } from '../suite-metric.ts';
import { citationFigures, harmonicMean } from './citation-figures.ts';

/**
 * Micro citation F1: harmonic mean of recall over the claims of all answers and precision over all of their citations, in [0, 1]; long answers count for
 * more than in `citationF1`. Refusals are left out; null without a claim. Source: Gao et al. 2023, "ALCE", whose figures are macro.
 */
export const citationF1Micro = suiteMetric(
  {
    name: 'citationF1Micro',
    group: 'citations',
    description: 'Harmonic mean of citation recall and precision, over all claims',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  ({ answer }) => (answer.state === 'refused' ? null : citationFigures(answer)),
  (figures) => {
    const claims = Float64Array.from(figures, (own) => own?.claims ?? 0);
    const supported = Float64Array.from(figures, (own) => (own?.claims ?? 0) * (own?.recall ?? 0));
    const citations = Float64Array.from(figures, (own) => own?.citations ?? 0);
    const precise = Float64Array.from(figures, (own) => (own?.citations ?? 0) * (own?.precision ?? 0));
    return (counts) => {
      const [ofClaims, ofCitations] = [weightedSum(claims, counts), weightedSum(citations, counts)];
      const recall = ofClaims > 0 ? weightedSum(supported, counts) / ofClaims : null;
      return harmonicMean(recall, ofCitations > 0 ? weightedSum(precise, counts) / ofCitations : 0);
    };
  },
);

function weightedSum(values: Float64Array, counts: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < values.length; place += 1) sum += (values[place] ?? 0) * (counts[place] ?? 0);
  return sum;
}
