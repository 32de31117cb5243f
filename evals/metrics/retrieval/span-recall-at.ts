import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { countSpans } from './spans-at-budget.ts';

/**
 * Span recall at a budget of tokens: characters of the gold quotes that the first passages hold / characters of the gold quotes, in [0, 1], each
 * counted once. Passages are taken until the budget is full, the last one cut. `na` without a gold quote or the passages' texts. Source: Smith and
 * Troynikov 2024, "Evaluating Chunking Strategies for Retrieval", there over tokens.
 */
export const spanRecall = (tokens: number): CaseMetric => ({
  of: 'case',
  name: `spanRecall@${tokens}`,
  group: 'retrieval',
  description: `Share of the gold quotes’ characters in the first ${tokens} tokens`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    countSpans(tokens, answered, ({ gold, common }) =>
      okOrNa(gold === 0 ? null : common / gold, 'the gold quotes are empty'),
    ),
});
