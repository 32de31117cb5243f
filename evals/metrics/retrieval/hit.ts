import { type Grades, recallAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

function hitAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const recall = recallAt(k, ranked, grades);
  return recall === null ? null : Number(recall > 0);
}

/**
 * Hit at k: 1 when any gold document is among the first k documents, else 0. `na` without a gold document. Also called success at k
 * (trec_eval's `success.k`) and hit rate.
 */
export const hit = (k: number): CaseMetric => ({
  of: 'case',
  name: `hit@${k}`,
  group: 'retrieval',
  description: `Whether any gold document is among the first ${k}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => hitAt(k, ranked, grades)),
});
