import { allHitAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

/**
 * All-hit at k: 1 when every gold document is among the first k documents, else 0: what a question over several documents needs. `na`
 * without a gold document. Source: the evidence coverage that Tang and Yang 2024, "MultiHop-RAG", describe.
 */
export const allHit = (k: number): CaseMetric => ({
  of: 'case',
  name: `allHit@${k}`,
  group: 'retrieval',
  description: `Whether every gold document is among the first ${k}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => allHitAt(k, ranked, grades)),
});
