import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { citationFigures } from './citation-figures.ts';

/**
 * Citations / claims, each number once a claim, at least 0. `na` for a refusal and without a claim.
 */
export const citationDensity: CaseMetric = {
  of: 'case',
  name: 'citationDensity',
  group: 'citations',
  description: 'Citations for each claim',
  better: 'none',
  unit: 'count',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => okOrNa(citationFigures(answer).density, 'the answer claims nothing')),
};
