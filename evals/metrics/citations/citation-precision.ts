import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * ALCE's citation precision: precise citations / citations, in [0, 1]. A citation is precise when its claim is supported and it supports the claim
 * alone or the others alone do not; one that names no quote is not. `na` for a refusal and without a citation. Source: Gao et al. 2023,
 * "ALCE", section 4.
 */
export const citationPrecision: CaseMetric = {
  of: 'case',
  name: 'citationPrecision',
  group: 'citations',
  description: 'Share of the citations that their sentence needs',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).precision, 'the answer cites nothing')),
};
