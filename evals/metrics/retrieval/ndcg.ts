import { ndcgAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

/**
 * Normalised discounted cumulative gain at k with linear gain: sum of grade / log2(rank + 1) over the first k documents, divided by that
 * of the best order, in [0, 1]. `na` without a document with a grade above 0. Source: Järvelin and Kekäläinen 2002; trec_eval's `ndcg_cut.k`.
 */
export const ndcg = (k: number): CaseMetric => ({
  of: 'case',
  name: `ndcg@${k}`,
  group: 'retrieval',
  description: `Order of the first ${k} documents by grade, beside the best order`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => ndcgAt(k, ranked, grades)),
});
