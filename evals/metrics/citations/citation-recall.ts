import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * ALCE's citation recall: claims whose cited quotes together support them / claims, in [0, 1]; a claim without a citation, or with one that names no quote,
 * counts 0. Support is judged by the product's lexical scorer. `na` for a refusal and without a claim. Source: Gao et al. 2023, "ALCE", section 4;
 * read it beside correctness, as an answer that copies its source scores high.
 */
export const citationRecall: CaseMetric = {
  of: 'case',
  name: 'citationRecall',
  group: 'citations',
  description: 'Share of the claims that their cited quotes support',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).recall, 'the answer claims nothing')),
};
