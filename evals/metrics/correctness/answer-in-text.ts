import type { CaseMetric } from '../../metric.ts';
import { answerInText } from '../answer-in-text.ts';
import { okOrNa } from '../score.ts';
import { noGoldAnswer, scoreGiven } from '../score-given.ts';

/**
 * Substring match: 1 when one of the gold answers stands in the answer after SQuAD's normalisation, else 0. A long answer that lists much is
 * rewarded: read it beside `tokenF1`. `na` for a refusal and without a gold answer. Source: STR-EM of Gao et al. 2023, "ALCE"; RGB's accuracy.
 */
export const answerInTextMetric: CaseMetric = {
  of: 'case',
  name: 'answerInText',
  group: 'correctness',
  description: 'A gold answer stands in the answer',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { answers }, answer }) => okOrNa(answerInText(answer.text, answers), noGoldAnswer)),
};
