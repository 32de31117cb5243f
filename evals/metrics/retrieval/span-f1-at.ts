import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { countSpans } from './spans-at-budget.ts';

/**
 * Harmonic mean of `spanRecall@T` and `spanPrecision@T`: 2 common / (gold + retrieved) characters, in [0, 1]; comparable across sizes of passages. 0 for
 * nothing retrieved, `na` without a gold quote or the passages' texts.
 */
export const spanF1 = (tokens: number): CaseMetric => ({
  of: 'case',
  name: `spanF1@${tokens}`,
  group: 'retrieval',
  description: `Harmonic mean of span recall and span precision in ${tokens} tokens`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    countSpans(tokens, answered, ({ gold, retrieved, common }) =>
      okOrNa(gold === 0 ? null : (2 * common) / (gold + retrieved), 'the gold quotes are empty'),
    ),
});
