import type { RecordedAnswer, RecordedQuote } from '../../answer-record.ts';
import type { CaseMetric } from '../../metric.ts';
import { okOrNa } from '../score.ts';
import { scoreGiven } from '../score-given.ts';
import { closestDistance } from './closest-distance.ts';

function fidelityOf({ text, document, found }: RecordedQuote, answer: RecordedAnswer): number | null {
  if (found === 'at-offsets' || found === 'elsewhere') return 1;
  const sources = answer.retrieved.flatMap((passage) => (passage.document === document ? (passage.text ?? []) : []));
  if (sources.length === 0) return null;
  const quote = plain(text).slice(0, comparedCharacters);
  if (quote === '') return null;
  return 1 - Math.min(...sources.map((source) => closestDistance(quote, plain(source)))) / quote.length;
}

const comparedCharacters = 1_000;

const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/**
 * Mean over quotes of 1 - edit distance to the closest stretch of the document's retrieved text / length of the quote, in [0, 1]; 1 for a quote that was found.
 * White space and case do not count; of long quotes the first 1,000 characters are compared. `na` for a refusal and without a quote whose
 * document's text is known. Source: Sellers 1980 for the distance.
 */
export const quoteFidelity: CaseMetric = {
  of: 'case',
  name: 'quoteFidelity',
  group: 'citations',
  description: 'How close quotes are to the best stretch of their document',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ answer }) => {
      const scores = answer.quotes.flatMap((quote) => fidelityOf(quote, answer) ?? []);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      return okOrNa(scores.length > 0 ? mean : null, 'no quote of a document whose text is known');
    }),
};
