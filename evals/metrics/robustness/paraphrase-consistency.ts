import type { RecordedAnswer } from '../../answer-record.ts';
import type { Answered, SuiteMetric } from '../../metric.ts';
import { suiteMetric } from '../suite-metric.ts';
import { wordF1, wordsOf } from '../word-f1.ts';
import { weighGroups } from './paraphrase-groups.ts';

/**
 * Consistency over paraphrases, in [0, 1]: the mean over groups of cases with the same `paraphrase_of`, of each the mean over pairs of answers to different
 * questions: the token F1 of two answers, 1 for two refusals, 0 for one. It does not say that answers are right: see `paraphraseCorrect`. Null
 * without a group of two. Source: pairwise agreement as of Elazar et al. 2021, "Measuring and Improving Consistency in Pretrained Language Models".
 */
export const paraphraseConsistency: SuiteMetric = suiteMetric(
  {
    name: 'paraphraseConsistency',
    group: 'robustness',
    description: 'Likeness of the answers to paraphrases of one question',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  (answered) => weighGroups(answered, meanAgreement),
);

function meanAgreement(group: readonly Answered[]): number | null {
  const words = group.map(({ answer }) => wordsOf(answer.text));
  const pairs = group.flatMap((one, place) =>
    group.slice(place + 1).flatMap((other, further) => {
      if (one.case.id === other.case.id) return [];
      return agreement([one.answer, other.answer], [words[place] ?? [], words[place + 1 + further] ?? []]);
    }),
  );
  return pairs.length > 0 ? pairs.reduce((sum, one) => sum + one, 0) / pairs.length : null;
}

function agreement(
  [one, other]: readonly [RecordedAnswer, RecordedAnswer],
  [words, others]: readonly [readonly string[], readonly string[]],
): number {
  if (one.state !== other.state) return 0;
  return one.state === 'refused' ? 1 : wordF1(words, others);
}
