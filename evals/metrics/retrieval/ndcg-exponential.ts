import { ndcgAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

/**
 * Normalised discounted cumulative gain at k with exponential gain: sum of (2^grade - 1) / log2(rank + 1) over the first k documents, divided by
 * that of the best order, in [0, 1]. Equals `ndcg@k` where grades are 0 and 1. `na` without a document with a grade above 0. Source: Burges et al.
 * 2005, "Learning to Rank using Gradient Descent".
 */
export const ndcgExponential = (k: number): CaseMetric => ({
  of: 'case',
  name: `ndcgExponential@${k}`,
  group: 'retrieval',
  description: `Order of the first ${k} documents by 2^grade - 1, beside the best order`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => ndcgAt(k, ranked, grades, (grade) => 2 ** grade - 1)),
});
