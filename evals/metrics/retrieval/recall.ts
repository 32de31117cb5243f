import { recallAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { scoreRanking } from './ranked-documents.ts';

/**
 * Recall at k: |gold documents among the first k| / |gold documents|, in [0, 1]. Documents are ranked by their best passage, each once; a gold
 * document is one with a grade above 0. `na` without one. Source: Manning, Raghavan and Schütze 2008, chapter 8; trec_eval's `recall.k`.
 */
export const recall = (k: number): CaseMetric => ({
  of: 'case',
  name: `recall@${k}`,
  group: 'retrieval',
  description: `Share of the gold documents among the first ${k} documents`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreRanking(answered, (ranked, grades) => recallAt(k, ranked, grades)),
});
