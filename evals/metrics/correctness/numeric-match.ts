import type { CaseMetric } from '../../metric.ts';
import { numbersHeld } from '../numbers-held.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * 1 when the answer states every number of one of the gold answers, else 0. Numbers are compared by value (1,000 is 1000, twelve is 12) and unit, converted
 * where both have a fixed size (7 days are a week); a number without a unit equals one with any. For a tolerance use a check of kind `number`.
 * `na` for a refusal and when no gold answer has a number.
 */
export const numericMatch: CaseMetric = {
  of: 'case',
  name: 'numericMatch',
  group: 'correctness',
  description: 'The numbers of a gold answer stand in the answer, units converted',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { answers }, answer }) =>
      okOrNa(numbersHeld(answer.text, answers), 'no gold answer has a number'),
    ),
};
