import { recallAt } from '../../../src/retrieve/metrics/ranking.ts';
import type { CaseMetric } from '../../metric.ts';
import { gradesOf } from '../retrieval/ranked-documents.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Gold documents that a quote of the answer comes from / gold documents, in [0, 1]; each document once. `na` for a refusal and without a gold document.
 */
export const goldSourceRecall: CaseMetric = {
  of: 'case',
  name: 'goldSourceRecall',
  group: 'citations',
  description: 'Share of the gold documents that are quoted',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => {
      const quoted = [...new Set(answer.quotes.map(({ document }) => document))];
      const grades = gradesOf(answered);
      return okOrNa(grades && recallAt(quoted.length, quoted, grades), 'the case names no gold document');
    }),
};
