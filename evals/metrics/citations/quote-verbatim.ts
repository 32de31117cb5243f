import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Quotes found in their document / quotes whose document could be read, in [0, 1]: at their offsets or elsewhere, after the verifier's folding (NFKC,
 * white space, quote marks, hyphens). `na` for a refusal and without such a quote.
 */
export const quoteVerbatim: CaseMetric = {
  of: 'case',
  name: 'quoteVerbatim',
  group: 'citations',
  description: 'Share of the quotes that stand in their document',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer: { quotes } }) => {
      const known = quotes.filter(({ found }) => found !== 'unknown');
      const verbatim = known.filter(({ found }) => found !== 'nowhere').length;
      return okOrNa(known.length > 0 ? verbatim / known.length : null, 'no quote of a document that could be read');
    }),
};
