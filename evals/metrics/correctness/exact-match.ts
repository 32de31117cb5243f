import type { CaseMetric } from '../../metric.ts';
import { normalizeAnswer } from '../answer-in-text.ts';
import { okOrNa } from '../score.ts';
import { noGoldAnswer, scoreGiven } from '../score-given.ts';

/**
 * 1 when the answer equals one of the gold answers after SQuAD's normalisation (lower case, no punctuation, no English articles, single spaces), else
 * 0. Long answers never do; see `answerInText`. `na` for a refusal and without a gold answer. Source: Rajpurkar et al. 2016, "SQuAD".
 */
export const exactMatch: CaseMetric = {
  of: 'case',
  name: 'exactMatch',
  group: 'correctness',
  description: 'The answer is a gold answer, word for word',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { answers }, answer }) => {
      const golds = answers.map(normalizeAnswer).filter((gold) => gold !== '');
      return okOrNa(golds.length > 0 ? Number(golds.includes(normalizeAnswer(answer.text))) : null, noGoldAnswer);
    }),
};
