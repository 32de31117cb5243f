import { visitTerms } from '../../models/sparse/analyze.ts';
import { languageOf } from '../../models/sparse/languages.ts';
import { questionWords } from '../../models/sparse/question-words.ts';

/** Two terms that follow each other in the question, by their places in `ids`. */
export interface TermPair {
  readonly first: number;
  readonly second: number;
}

/** What a question looks for in passages of one language; each term once, in order, without words that any question has. */
export interface QuestionTerms {
  readonly ids: Int32Array;
  /** As they are written in the question. */
  readonly texts: readonly string[];
  readonly places: ReadonlyMap<number, number>;
  readonly pairs: readonly TermPair[];
}

/** The question's terms as the analyser of the language makes them, so that they can be compared with the terms of a passage in it. */
export function questionTermsOf(question: string, language: string): QuestionTerms {
  const skipped = skippedWords(language);
  const places = new Map<number, number>();
  const texts: string[] = [];
  const sequence: number[] = [];
  visitTerms(question, language, (term, offset) => {
    const text = question.slice(offset + term.start, offset + term.end);
    if (skipped.has(text.toLowerCase())) return;
    let place = places.get(term.id);
    if (place === undefined) {
      place = texts.length;
      places.set(term.id, place);
      texts.push(text);
    }
    sequence.push(place);
  });
  const pairs = sequence.flatMap((second, at) => {
    const first = sequence[at - 1];
    return first === undefined || first === second ? [] : [{ first, second }];
  });
  return { ids: Int32Array.from(places.keys()), texts, places, pairs };
}

/** English has its own list; of other languages the frequent function words are passed over. */
function skippedWords(language: string): ReadonlySet<string> {
  if (language === 'en') return questionWords;
  let words = functionWords.get(language);
  if (!words) {
    words = new Set(languageOf(language).functionWords);
    functionWords.set(language, words);
  }
  return words;
}

const functionWords = new Map<string, ReadonlySet<string>>();
