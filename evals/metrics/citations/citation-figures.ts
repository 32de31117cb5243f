import type { RecordedAnswer } from '../../answer-record.ts';
import { citationScores } from '../citations.ts';
import { readAnswer } from '../read-answer.ts';

/** What is counted of the citations of an answer's claims; null where there is nothing to divide by. */
export interface CitationFigures {
  readonly claims: number;
  readonly citations: number;
  readonly recall: number | null;
  readonly precision: number | null;
  readonly f1: number | null;
  readonly removable: number | null;
  readonly density: number | null;
  readonly accurate: number | null;
}

const counted = new WeakMap<RecordedAnswer, CitationFigures>();

export function citationFigures(answer: RecordedAnswer): CitationFigures {
  const known = counted.get(answer) ?? countCitations(answer);
  counted.set(answer, known);
  return known;
}

function countCitations(answer: RecordedAnswer): CitationFigures {
  const { claims, entailment } = readAnswer(answer);
  const found = new Map(answer.quotes.map((quote) => [quote.number, quote.found !== 'nowhere']));
  const citations = claims.reduce((sum, claim) => sum + claim.citations.length, 0);
  const { recall, precision } = citationScores({ sentences: claims, quotes: answer.quotes }, entailment.entails);
  const verbatim = answer.quotes.filter(({ number }) => found.get(number));
  const accurate = citationScores({ sentences: claims, quotes: verbatim }, entailment.entails).precision;
  return {
    claims: claims.length,
    citations,
    recall,
    precision,
    f1: harmonicMean(recall, precision ?? 0),
    removable: citations > 0 ? countRemovable(answer) / citations : null,
    density: claims.length > 0 ? citations / claims.length : null,
    accurate,
  };
}

/** 0 where both are; null where recall is not defined. */
export function harmonicMean(recall: number | null, precision: number): number | null {
  if (recall === null) return null;
  return recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
}

/** Citations without which the others of the sentence still support it. */
function countRemovable(answer: RecordedAnswer): number {
  const { claims, entailment } = readAnswer(answer);
  const textOf = new Map(answer.quotes.map(({ number, text }) => [number, text]));
  return claims.reduce((sum, { text, citations }) => {
    const isRemovable = (number: number) => {
      const others = citations.flatMap((other) => (other === number ? [] : (textOf.get(other) ?? [])));
      return others.length > 0 && entailment.entails(text, others);
    };
    return sum + citations.filter(isRemovable).length;
  }, 0);
}
