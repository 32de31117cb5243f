import { type Grades, relevantOf } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

function averagePrecisionAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const gold = relevantOf(grades);
  return gold.size === 0 ? null : sumOfPrecisions(k, ranked, gold) / Math.min(k, gold.size);
}

/** Of each gold document among the first k, the precision at its rank. */
export function sumOfPrecisions(k: number, ranked: readonly string[], gold: ReadonlySet<string>): number {
  let found = 0;
  return ranked.slice(0, k).reduce((sum, id, index) => {
    if (!gold.has(id)) return sum;
    found += 1;
    return sum + found / (index + 1);
  }, 0);
}

/**
 * Average precision at k: the sum of the precision at the rank of each gold document among the first k, divided by the smaller of k and the
 * number of gold documents, in [0, 1]. `na` without a gold document. Its mean is the MAP. trec_eval's `map_cut.k` divides by all gold documents,
 * so that with more than k of them no list reaches 1. Source: Manning, Raghavan and Schütze 2008, chapter 8.
 */
export const averagePrecision = (k: number): CaseMetric => ({
  of: 'case',
  name: `averagePrecision@${k}`,
  group: 'retrieval',
  description: `Mean precision at the ranks of the gold documents, up to rank ${k}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => averagePrecisionAt(k, ranked, grades)),
});
