import type { CaseMetric } from '../../metric.ts';
import { normalizeAnswer } from '../answer-in-text.ts';
import { na, ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Sentences that stand in an earlier answer of the conversation / sentences, in [0, 1], compared by letters and digits: a follow-up that was not understood
 * gets the earlier answer again. `na` for a refusal, without earlier turns and without sentences.
 */
export const repeatedSentences: CaseMetric = {
  of: 'case',
  name: 'repeatedSentences',
  group: 'conversation',
  description: 'Share of the sentences that an earlier turn said',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: { history }, answer: { sentences } }) => {
      if (history.length === 0 || sentences.length === 0) return na('the case has no earlier turn');
      const earlier = history.map((turn) => ` ${normalizeAnswer(turn.answer)} `);
      const repeated = sentences.filter(({ text }) =>
        earlier.some((said) => said.includes(` ${normalizeAnswer(text)} `)),
      );
      return ok(
        repeated.length / sentences.length,
        repeated.map(({ text }) => text),
      );
    }),
};
