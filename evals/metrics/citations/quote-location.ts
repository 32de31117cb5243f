import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Quotes found at their offsets in the document that they name / quotes whose document could be read, in [0, 1]. `na` for a refusal and without such a
 * quote.
 */
export const quoteLocation: CaseMetric = {
  of: 'case',
  name: 'quoteLocation',
  group: 'citations',
  description: 'Share of the quotes that stand at their offsets',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer: { quotes } }) => {
      const known = quotes.filter(({ found }) => found !== 'unknown');
      const placed = known.filter(({ found }) => found === 'at-offsets').length;
      return okOrNa(known.length > 0 ? placed / known.length : null, 'no quote of a document that could be read');
    }),
};
