import { reciprocalRankAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

/**
 * Reciprocal rank at k: 1 / rank of the first gold document, 0 when none is among the first k, in [0, 1]; its mean is the MRR. `na` without
 * a gold document. Source: Voorhees 1999, "The TREC-8 Question Answering Track Report".
 */
export const mrr = (k: number): CaseMetric => ({
  of: 'case',
  name: `mrr@${k}`,
  group: 'retrieval',
  description: `1 / rank of the first gold document, 0 beyond rank ${k}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => reciprocalRankAt(k, ranked, grades)),
});
