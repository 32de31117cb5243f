import { isRight } from '../rightness.ts';
import { suiteMetric } from '../suite-metric.ts';
import { ofParaphrases, weighGroups } from './paraphrase-groups.ts';

/**
 * Share of the groups of paraphrases (cases with the same `paraphrase_of`) in which every answer is right (see `correct`), in [0, 1]. Null without a group
 * of two whose cases say what is right.
 */
export const paraphraseCorrect = suiteMetric(
  {
    name: 'paraphraseCorrect',
    group: 'robustness',
    description: 'Share of the questions that are answered rightly in every wording',
    better: 'higher',
    unit: 'share',
    version: 1,
  },
  ofParaphrases(isRight),
  weighGroups((group) => {
    const right = group.map(({ read }) => read);
    return right.includes(null) ? null : Number(right.every((one) => one));
  }),
);
