import { guessLanguage, type Language, languageOf } from './languages.ts';
import { type AnalyzedWord, createWordAnalyzer, type WordAnalyzer, type WordTerm } from './word-terms.ts';
import { isPlainAscii } from './words-of.ts';

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
const unicodeWords = new RegExp(`(?:(?=\\p{L})${cjk})+|${wordPattern(letter)}`, 'gv');

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
  visitWords(text, language, ({ terms, isCjk }, offset) => {
    for (const term of terms) visit(term, offset);
    if (terms.length > 0) length += isCjk ? terms.length / 2 : 1;
  });
  return length;
}

/** Calls `visit` for each word of the text, in order; `offset` is where it begins. In a text of ASCII alone their `words` are all of `wordsOf`. */
export function visitWords(
  text: string,
  language: string | null | undefined,
  visit: (word: AnalyzedWord, offset: number) => void,
): void {
  const analyzer = analyzerOf(language ? languageOf(language) : guessLanguage(text));
  if (!isPlainAscii(text)) {
    for (const match of text.matchAll(unicodeWords)) visit(analyzer.read(match[0]), match.index);
    return;
  }
  for (let at = nextAsciiWord(text, 0); at < text.length; ) {
    const end = endOfAsciiWord(text, at);
    visit(analyzer.read(text.slice(at, end)), at);
    at = nextAsciiWord(text, end);
  }
}

/** 1 a letter or digit, 2 what joins two of them to one word; 0 anything else. */
const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9]/.test(character) ? 1 : /[_.\-'@]/.test(character) ? 2 : 0;
});
const [commaCode, plusCode, sharpCode] = [44, 43, 35];

const kindAt = (text: string, index: number): number =>
  index < text.length ? (asciiKinds[text.charCodeAt(index)] ?? 0) : 0;
const isDigitAt = (text: string, index: number): boolean =>
  text.charCodeAt(index) >= 48 && text.charCodeAt(index) <= 57;

/** Where the next word begins at or behind `from`; the end of the text when there is none. */
function nextAsciiWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && kindAt(text, at) !== 1) at += 1;
  return at;
}

/** What `unicodeWords` finds in a text of ASCII alone, at a fraction of the time: most texts are. */
function endOfAsciiWord(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    while (kindAt(text, end) === 1) end += 1;
    const isJoined =
      kindAt(text, end) === 2
        ? kindAt(text, end + 1) === 1
        : text.charCodeAt(end) === commaCode && isDigitAt(text, end - 1) && isDigitAt(text, end + 1);
    if (!isJoined) break;
    end += 2;
  }
  if (text.charCodeAt(end) === plusCode && text.charCodeAt(end + 1) === plusCode) return end + 2;
  return text.charCodeAt(end) === sharpCode && kindAt(text, end + 1) !== 1 ? end + 1 : end;
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
