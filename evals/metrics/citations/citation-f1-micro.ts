import type { SuiteMetric } from '../../metric.ts';
import { suiteMetric } from '../suite-metric.ts';
import { citationFigures, harmonicMean } from './citation-figures.ts';

/**
 * Micro citation F1: harmonic mean of recall over the claims of all answers and precision over all of their citations, in [0, 1]; long answers count for
 * more than in `citationF1`. Refusals are left out; null without a claim. Source: Gao et al. 2023, "ALCE", whose figures are macro.
 */
export const citationF1Micro: SuiteMetric = suiteMetric(
  {
    name: 'citationF1Micro',
    group: 'citations',
    description: 'Harmonic mean of citation recall and precision, over all claims',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  (answered) => {
    const figures = answered.map(({ answer }) => (answer.state === 'refused' ? null : citationFigures(answer)));
    return (counts) => {
      let [claims, supported, citations, precise] = [0, 0, 0, 0];
      for (const [place, own] of figures.entries()) {
        const count = counts[place] ?? 0;
        claims += count * (own?.claims ?? 0);
        supported += count * (own?.claims ?? 0) * (own?.recall ?? 0);
        citations += count * (own?.citations ?? 0);
        precise += count * (own?.citations ?? 0) * (own?.precision ?? 0);
      }
      return harmonicMean(claims > 0 ? supported / claims : null, citations > 0 ? precise / citations : 0);
    };
  },
);
