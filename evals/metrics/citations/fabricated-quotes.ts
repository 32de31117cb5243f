import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * Number of quotes whose text stands nowhere in the document that they name; an invariant of this product, which must be 0. Quotes of
 * documents that could not be read are not counted; `na` where all are such, 0 for a refusal and an answer without quotes.
 */
export const fabricatedQuotes: CaseMetric = {
  of: 'case',
  name: 'fabricatedQuotes',
  group: 'citations',
  description: 'Quotes that stand nowhere in their document',
  better: 'lower',
  unit: 'count',
  version: 1,
  score({ answer: { quotes } }) {
    if (quotes.length > 0 && quotes.every(({ found }) => found === 'unknown'))
      return na('no quoted document could be read');
    const invented = quotes.filter(({ found }) => found === 'nowhere');
    return ok(
      invented.length,
      invented.map(({ text }) => text),
    );
  },
};
