import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { countSpans } from './spans-at-budget.ts';

/**
 * Span precision at a budget of tokens: characters of the gold quotes that the first passages hold / characters of those passages, in [0, 1]. Passages
 * are taken until the budget is full, the last one cut. `na` without a gold quote, the passages' texts or a passage. Source: as of `spanRecall@T`.
 */
export const spanPrecision = (tokens: number): CaseMetric => ({
  of: 'case',
  name: `spanPrecision@${tokens}`,
  group: 'retrieval',
  description: `Share of the first ${tokens} tokens’ characters that gold quotes hold`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    countSpans(tokens, answered, ({ retrieved, common }) =>
      okOrNa(retrieved === 0 ? null : common / retrieved, 'nothing was retrieved'),
    ),
});
