import type { CaseMetric } from '../../metric.ts';
import { goldQuotesHeld } from '../gold-quotes.ts';
import { goldQuotesOf } from '../rightness.ts';
import { na, ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * 1 when a quote of the answer holds a gold quote of the case, or one of its alternatives, from the same document, else 0; compared by letters and digits. `na`
 * for a refusal and without a gold quote.
 */
export const goldQuoteHeld: CaseMetric = {
  of: 'case',
  name: 'goldQuoteHeld',
  group: 'citations',
  description: 'The quotes of the answer hold a gold quote',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => {
      const held = goldQuotesHeld(answer.quotes, goldQuotesOf(answered));
      return held === null ? na('the case has no gold quote') : ok(Number(held > 0));
    }),
};
