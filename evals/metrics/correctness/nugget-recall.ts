import type { CaseMetric } from '../../metric.ts';
import { nuggetSupport, weightedNuggetRecall } from '../nugget-support.ts';
import { na, ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Weighted nugget recall: Σ weight × support / Σ weight, in [0, 1]; a vital nugget weighs 1, another 0.5, and support is 1, 0.5 or 0, found by words
 * (see `nuggetSupport`). `na` for a refusal and without nuggets. Means over a suite follow people's judgement, single cases less. Source:
 * Pradeep et al. 2025, "The Great Nugget Recall".
 */
export const nuggetRecall: CaseMetric = {
  of: 'case',
  name: 'nuggetRecall',
  group: 'correctness',
  description: 'Weighted share of the nuggets that the answer holds, half for a part',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, () => {
      const nuggets = nuggetSupport(answered);
      const missing = nuggets.filter(({ support }) => support < 1).map(({ nugget }) => nugget.text);
      const recall = weightedNuggetRecall(nuggets);
      return recall === null ? na('the case has no nugget') : ok(recall, missing);
    }),
};
