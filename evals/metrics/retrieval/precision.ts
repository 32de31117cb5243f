import { type Grades, relevantOf } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

function precisionAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const gold = relevantOf(grades);
  return gold.size === 0 ? null : ranked.slice(0, k).filter((id) => gold.has(id)).length / k;
}

/**
 * Precision at k: |gold documents among the first k| / k, in [0, 1]; a shorter list is divided by k too. `na` without a gold document.
 * Source: Manning, Raghavan and Schütze 2008, chapter 8; trec_eval's `P.k`.
 */
export const precision = (k: number): CaseMetric => ({
  of: 'case',
  name: `precision@${k}`,
  group: 'retrieval',
  description: `Share of the first ${k} places that hold a gold document`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => precisionAt(k, ranked, grades)),
});
