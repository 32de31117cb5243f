import type { Quote, Sentence, UnsequencedAnswerEvent } from '../../domain/answer.ts';
import type { FieldAbsence, FieldValue, WantedField } from '../../domain/object-schema.ts';
import { unknownNames } from '../ground/unknown-names.ts';
import { describedBy, statedBy } from './stated-values.ts';

/** A value with the quotes that hold it, not yet numbered in the answer; null with the reason. */
export type FilledField =
  | { readonly value: FieldValue; readonly quotes: readonly Quote[] }
  | { readonly value: null; readonly reason: FieldAbsence };

/** Sentences of a field's own answer that are read: the best two come first. */
const leading = 2;

/** A field from the events of its own question's answer: the one value of its type that the leading sentences state. */
export function fillField(field: WantedField, events: readonly UnsequencedAnswerEvent[]): FilledField {
  const end = events.at(-1);
  if (end?.type === 'answer-refused')
    return { value: null, reason: end.reason === 'conflicting-evidence' ? 'ambiguous' : 'no-evidence' };
  if (end?.type !== 'answer-finished') return { value: null, reason: 'no-evidence' };
  const quotesOf = (sentences: readonly Sentence[]) => {
    const numbers = new Set(sentences.flatMap(({ citations }) => citations));
    return end.quotes.filter(({ number }) => numbers.has(number));
  };
  if (field.type === 'array') return { value: end.sentences.map(({ text }) => text), quotes: quotesOf(end.sentences) };
  if (field.type === 'string' && !field.enum && !field.format) {
    const [nearest] = byWordsOf(field, end.sentences.slice(0, leading));
    return nearest ? { value: nearest.text, quotes: quotesOf([nearest]) } : { value: null, reason: 'no-evidence' };
  }
  const stating = end.sentences
    .slice(0, leading)
    .map((sentence) => ({ sentence, values: statedBy(field, quotesOf([sentence])) }))
    .filter(({ values }) => values.length > 0);
  const [value, another] = new Set(stating.flatMap(({ values }) => values));
  // Whether a sentence says yes is not told by its form, and a guess is no proof.
  if (value === undefined) return { value: null, reason: field.type === 'boolean' ? 'ambiguous' : 'wrong-type' };
  if (another !== undefined) return { value: null, reason: 'ambiguous' };
  return { value, quotes: quotesOf(stating.map(({ sentence }) => sentence)) };
}

/** The sentence with most of the field's words first; the leading two stand in the order of the source. */
function byWordsOf(field: WantedField, sentences: readonly Sentence[]): Sentence[] {
  const wanted = wordsOf(describedBy(field));
  const shared = ({ text }: Sentence) => wordsOf(text).intersection(wanted).size;
  return [...sentences].sort((one, other) => shared(other) - shared(one));
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/**
 * The field asked together with the question, so that it speaks of the same thing; where that finds nothing, asked alone, if its quotes
 * are of a document that the question's answer quotes too and know every name of the question.
 */
export function chooseFilled(
  together: FilledField,
  alone: FilledField,
  { question, quotes }: { readonly question: string; readonly quotes: readonly Quote[] },
): FilledField {
  if (together.value !== null || together.reason === 'ambiguous' || alone.value === null) return together;
  const documents = new Set(quotes.map(({ documentId }) => documentId));
  const isAboutTheSame = alone.quotes.every(
    ({ documentId, text, title, headingPath }) =>
      documents.has(documentId) && unknownNames(question, [text, title, ...headingPath]).length === 0,
  );
  return isAboutTheSame ? alone : together;
}
