import type { SparseVector } from '../../store/documents.ts';
import { visitTerms } from './analyze.ts';
import { guessLanguage, likelyLanguages } from './languages.ts';

/** BM25's saturation and length normalisation, Lucene's and Qdrant's defaults. */
const k1 = 1.2;
const b = 0.75;
/** Words of an average passage. A constant, so that a passage's vector never changes; 90 to 150 rank within .005 nDCG. */
const averageLength = 120;
/** A word of the title or of a heading counts as often. */
const headingWeight = 2;

/** No term of a document weighs as much as this: the limit of the BM25 term part for a growing frequency. */
export const termWeightLimit = k1 + 1;

export interface SparseDocument {
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly text: string;
  /** BCP 47; null: the text tells. */
  readonly language: string | null;
}

/**
 * The BM25 vector of a passage: for each term tf (k1 + 1) / (tf + k1 (1 - b + b length / averageLength)), the part of the formula that does not
 * depend on other documents (Robertson and Zaragoza 2009); the index multiplies it by the inverse document frequency.
 */
export function encodeDocument(document: SparseDocument): SparseVector {
  const language = document.language ?? guessLanguage(document.text).code;
  const frequencies = new Map<number, number>();
  const add = (weight: number) => (term: { id: number }) => {
    frequencies.set(term.id, (frequencies.get(term.id) ?? 0) + weight);
  };
  const headings = [document.title, ...document.headingPath].join('\n');
  const length =
    visitTerms(document.text, language, add(1)) + headingWeight * visitTerms(headings, language, add(headingWeight));
  const norm = k1 * (1 - b + (b * length) / averageLength);
  return toVector(frequencies, (frequency) => (frequency * (k1 + 1)) / (frequency + norm));
}

/** The vector of a question: weight 1 for each different term, as each language that it may be in makes them; what no passage has costs nothing. */
export function encodeQuestion(text: string, language?: string | null): SparseVector {
  const frequencies = new Map<number, number>();
  const languages = language ? [language] : likelyLanguages(text).map(({ code }) => code);
  for (const likely of languages) visitTerms(text, likely, (term) => frequencies.set(term.id, 1));
  return toVector(frequencies, () => 1);
}

function toVector(frequencies: ReadonlyMap<number, number>, weigh: (frequency: number) => number): SparseVector {
  const indices = Int32Array.from(frequencies.keys()).sort();
  return { indices, values: Float32Array.from(indices, (index) => weigh(frequencies.get(index) ?? 0)) };
}
