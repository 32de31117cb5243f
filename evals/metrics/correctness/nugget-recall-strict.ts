import type { CaseMetric } from '../../metric.ts';
import { nuggetSupport, strictNuggetRecall } from '../nugget-support.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Strict nugget recall: vital nuggets with full support / vital nuggets, in [0, 1]; support is found by words (see `nuggetSupport`). `na` for a refusal
 * and without a vital nugget. Source: V_strict of Pradeep et al. 2025, "The Great Nugget Recall".
 */
export const nuggetRecallStrict: CaseMetric = {
  of: 'case',
  name: 'nuggetRecallStrict',
  group: 'correctness',
  description: 'Share of the vital nuggets that the answer holds in full',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, () => okOrNa(strictNuggetRecall(nuggetSupport(answered)), 'the case has no vital nugget')),
};
