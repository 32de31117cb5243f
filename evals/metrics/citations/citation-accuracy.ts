import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * Citations whose number names a quote, whose quote stands in its document and that are precise (see `citationPrecision`) / citations, in [0, 1]. `na` for
 * a refusal and without a citation.
 */
export const citationAccuracy: CaseMetric = {
  of: 'case',
  name: 'citationAccuracy',
  group: 'citations',
  description: 'Share of the citations that are verbatim, in range and needed',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).accurate, 'the answer cites nothing')),
};
