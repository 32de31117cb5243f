import type { RecordedAnswer } from '../../answer-record.ts';
import { suiteMetric } from '../suite-metric.ts';
import { wordF1, wordsOf } from '../word-f1.ts';
import { ofParaphrases, type Paraphrased, weighGroups } from './paraphrase-groups.ts';

/**
 * Consistency over paraphrases, in [0, 1]: the mean over groups of cases with the same `paraphrase_of`, of each the mean over pairs of answers to different
 * questions: the token F1 of two answers, 1 for two refusals, 0 for one. It does not say that answers are right: see `paraphraseCorrect`. Null
 * without a group of two. Source: pairwise agreement as of Elazar et al. 2021, "Measuring and Improving Consistency in Pretrained Language Models".
 */
export const paraphraseConsistency = suiteMetric(
  {
    name: 'paraphraseConsistency',
    group: 'robustness',
    description: 'Likeness of the answers to paraphrases of one question',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  ofParaphrases(({ answer }): Said => ({ state: answer.state, text: answer.text })),
  weighGroups(meanAgreement),
);

type Said = Pick<RecordedAnswer, 'state' | 'text'>;

function meanAgreement(group: readonly Paraphrased<Said>[]): number | null {
  const words = group.map(({ read }) => wordsOf(read.text));
  const pairs = group.flatMap((one, place) =>
    group.slice(place + 1).flatMap((other, further) => {
      if (one.id === other.id) return [];
      return agreement([one.read, other.read], [words[place] ?? [], words[place + 1 + further] ?? []]);
    }),
  );
  return pairs.length > 0 ? pairs.reduce((sum, one) => sum + one, 0) / pairs.length : null;
}

function agreement(
  [one, other]: readonly [Said, Said],
  [words, others]: readonly [readonly string[], readonly string[]],
): number {
  if (one.state !== other.state) return 0;
  return one.state === 'refused' ? 1 : wordF1(words, others);
}
