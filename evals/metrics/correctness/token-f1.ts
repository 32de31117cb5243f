import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { noGoldAnswer, scoreGiven } from '../score-given.ts';
import { wordF1, wordsOf } from '../word-f1.ts';

/**
 * Token F1: 2 common / (words of the answer + words of the gold answer), words after SQuAD's normalisation and each as often as both have it, in
 * [0, 1]; the best over the gold answers. Every Chinese, Japanese or Thai character is a word. `na` for a refusal and without a gold answer.
 * Source: Rajpurkar et al. 2016, "SQuAD"; per character for Chinese as in Cui et al. 2019, "CMRC 2018".
 */
export const tokenF1: CaseMetric = {
  of: 'case',
  name: 'tokenF1',
  group: 'correctness',
  description: 'Words that answer and gold answer share, as F1',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { answers }, answer }) => {
      const words = wordsOf(answer.text);
      const scores = answers.map(wordsOf).flatMap((gold) => (gold.length > 0 ? wordF1(words, gold) : []));
      return okOrNa(scores.length > 0 ? Math.max(...scores) : null, noGoldAnswer);
    }),
};
