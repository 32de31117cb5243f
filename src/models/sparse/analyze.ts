import { guessLanguage, type Language, languageOf } from './languages.ts';
import { createWordAnalyzer, isCjk, type WordAnalyzer, type WordTerm } from './word-terms.ts';

/** A term of a text: what search compares. `start` and `end` are UTF-16 offsets into the text. */
export interface Term {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const cjk = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]`;
const letter = String.raw`[[\p{L}\p{N}\p{M}\u00ad]--${cjk}]`;
const wordPattern = (letters: string) =>
  String.raw`${letters}+(?:(?:[_.\-'’@‐‑]|(?<=\d),(?=\d))${letters}+)*(?:\+\+|#(?!${letters}))?`;
const asciiWords = new RegExp(wordPattern('[A-Za-z0-9]'), 'gv');
const unicodeWords = new RegExp(`(?:(?=\\p{L})${cjk})+|${wordPattern(letter)}`, 'gv');
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const onlyAscii = /^[\x00-\x7f]*$/;

const analyzers = new Map<string, WordAnalyzer>();

function analyzerOf(language: Language): WordAnalyzer {
  let analyzer = analyzers.get(language.code);
  if (!analyzer) {
    analyzer = createWordAnalyzer(language);
    analyzers.set(language.code, analyzer);
  }
  return analyzer;
}

/**
 * Calls `visit` for each term of the text, in order; `offset` is where its word begins.
 * Returns the length of the text in words without stop words; two characters without spaces between words count as one.
 */
export function visitTerms(
  text: string,
  language: string | null | undefined,
  visit: (term: WordTerm, offset: number) => void,
): number {
  let length = 0;
  const analyzer = analyzerOf(language ? languageOf(language) : guessLanguage(text));
  for (const match of text.matchAll(onlyAscii.test(text) ? asciiWords : unicodeWords)) {
    const terms = analyzer.terms(match[0]);
    for (const term of terms) visit(term, match.index);
    if (terms.length > 0) length += isCjk(match[0]) ? terms.length / 2 : 1;
  }
  return length;
}

/**
 * The terms of a text: words in NFKC and lower case, stemmed by the Snowball algorithm of their language, without Lucene's English stop words.
 * Identifiers and codes give themselves and their parts (`KS-1042`: `ks-1042`, `ks`, `1042`), Chinese, Japanese and Korean pairs of characters,
 * and words of other scripts and languages every four letters. `language` is a BCP 47 tag; without one the text tells.
 */
export function analyze(text: string, language?: string | null): Term[] {
  const terms: Term[] = [];
  visitTerms(text, language, (term, offset) =>
    terms.push({ text: term.text, start: offset + term.start, end: offset + term.end }),
  );
  return terms;
}
