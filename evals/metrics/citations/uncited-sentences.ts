import type { CaseMetric } from '../../metric.ts';
import { readAnswer } from '../read-answer.ts';
import { ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Number of claims without a citation, at least 0; an invariant of this product, which must be 0. Questions, headings and sentences without a content word
 * claim nothing. `na` for a refusal.
 */
export const uncitedSentences: CaseMetric = {
  of: 'case',
  name: 'uncitedSentences',
  group: 'citations',
  description: 'Claims that cite nothing',
  better: 'lower',
  unit: 'count',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => {
      const uncited = readAnswer(answer).claims.filter(({ citations }) => citations.length === 0);
      return ok(
        uncited.length,
        uncited.map(({ text }) => text),
      );
    }),
};
