import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * Citations without which the others still support their claim / citations, in [0, 1]. `na` for a refusal and without a citation.
 */
export const overCitation: CaseMetric = {
  of: 'case',
  name: 'overCitation',
  group: 'citations',
  description: 'Share of the citations that could be left out',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).removable, 'the answer cites nothing')),
};
