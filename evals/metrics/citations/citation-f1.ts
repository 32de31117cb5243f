import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * Harmonic mean of `citationRecall` and `citationPrecision` of an answer, in [0, 1]; 0 where both are. Its mean over cases is macro F1. `na` for a refusal and
 * without a claim; an answer that cites nothing has 0.
 */
export const citationF1: CaseMetric = {
  of: 'case',
  name: 'citationF1',
  group: 'citations',
  description: 'Harmonic mean of citation recall and precision, by answer',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).f1, 'the answer claims nothing')),
};
