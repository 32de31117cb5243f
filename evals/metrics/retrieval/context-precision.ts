import { type Grades, relevantOf } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { sumOfPrecisions } from './average-precision.ts';
import { scoreRanking } from './ranked-documents.ts';

function contextPrecisionAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const gold = relevantOf(grades);
  if (gold.size === 0) return null;
  const found = ranked.slice(0, k).filter((id) => gold.has(id)).length;
  return found === 0 ? 0 : sumOfPrecisions(k, ranked, gold) / found;
}

/**
 * Context precision at k as RAGAS and DeepEval have it: the sum of the precision at the rank of each gold document among the first k, divided by
 * how many those are, in [0, 1]; 0 when there is none. It does not see what was missed: use `averagePrecision@k` for that. `na` without a gold
 * document. Source: Es et al. 2024, "RAGAS".
 */
export const contextPrecisionRagas = (k: number): CaseMetric => ({
  of: 'case',
  name: `contextPrecisionRagas@${k}`,
  group: 'retrieval',
  description: `Mean precision at the ranks of the retrieved gold documents, up to rank ${k}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => contextPrecisionAt(k, ranked, grades)),
});
