import { rememberReading } from '../../domain/text-memory.ts';
import { visitTerms } from '../../models/sparse/analyze.ts';

/** The terms of a text in order; both arrays have the same length. */
export interface TermRun {
  readonly ids: Int32Array;
  /** Where the word of each term begins, in UTF-16 units. */
  readonly offsets: Int32Array;
}

/** 8 bytes a term. */
const mostTerms = 1_000_000;

/** The terms of a text as the analyser of the language makes them. Taking words apart is most of what ranking costs, and good passages come again. */
export const readTerms = rememberReading<TermRun>(
  { maxSize: mostTerms, sizeCalculation: ({ ids }) => ids.length + 1 },
  (text, language) => {
    const ids: number[] = [];
    const offsets: number[] = [];
    visitTerms(text, language, ({ id }, offset) => {
      ids.push(id);
      offsets.push(offset);
    });
    return { ids: Int32Array.from(ids), offsets: Int32Array.from(offsets) };
  },
);
