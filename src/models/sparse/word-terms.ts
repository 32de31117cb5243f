import { newStemmer } from 'snowball-stemmers';
import { englishStopWords, type Language, languageOf } from './languages.ts';
import { termId } from './murmur3.ts';
import { questionWords } from './question-words.ts';
import { wordsOf } from './words-of.ts';

/** A term of one word; `start` and `end` are UTF-16 offsets into the word. */
export interface WordTerm {
  readonly text: string;
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** As it is written it is a word that every question may have. */
  readonly isQuestionWord: boolean;
}

const gramLength = 4;
/** Longer ones are blobs or addresses: kept whole, not taken apart. */
const longestIdentifier = 64;
/** Longer ones are nothing that anyone searches for; scripts without spaces still write shorter sentences. */
const longestWord = 1_000;
const mostRemembered = 100_000;
const longestRemembered = 40;

const cjk = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]/v;
const joiners = /[_.\-@‐‑]/;
const groupedNumber = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const decimalNumber = /^\d+[.,]\d+$/;
/** `U.S.A` and `USA` are one term. */
const acronym = /^\p{L}(?:\.\p{L})+$/u;
const identifier = /[_@]|\p{L}\d|\d\p{L}|\d[.\-‐‑]\d|\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|\p{L}\.\p{L}|\d-\p{L}|\p{L}-\d/u;
/** One part and no identifier, as most words are. */
const plainWord = /^(?:[A-Z]?[a-z]{1,63}|\d{1,64})$/;
const elision = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|(?:d|n|s)?[aeu]ll|un|gl|quest|sant)'/;
const languagesWithElision: ReadonlySet<string> = new Set(['fr', 'it', 'ca']);

/** True for a run of Chinese, Japanese or Korean characters. */
const isCjk = (word: string): boolean => cjk.test(word);

/** What a word of a text is made of. */
export interface AnalyzedWord {
  readonly terms: readonly WordTerm[];
  /** Its runs of letters and digits as `wordsOf` gives them. */
  readonly words: readonly string[];
  readonly isCjk: boolean;
}

/** Takes words apart; what a word gives is remembered, for a text repeats its words. */
export interface WordAnalyzer {
  read(word: string): AnalyzedWord;
}

const isLatin = (word: string): boolean => /^[\p{ASCII}\p{Script=Latin}]+$/u.test(word);

/** A stemmer, or null: the word is cut into 4-grams. */
type Stem = ((word: string) => string) | null;

/** One analyser per language; Latin and Cyrillic words each get the stemmer of their script. */
export function createWordAnalyzer(language: Language): WordAnalyzer {
  const remembered = new Map<string, AnalyzedWord>();
  const stemOf = createStemmers(language);
  const analyze = (word: string) => ({
    terms: termsOf(word, language, stemOf),
    words: wordsOf(word),
    isCjk: isCjk(word),
  });
  return {
    read(word) {
      if (word.length > longestRemembered) return analyze(word);
      const known = remembered.get(word);
      if (known) return known;
      // A copy: V8 keeps the whole text alive for a piece of it.
      const copy = Buffer.from(word, 'utf16le').toString('utf16le');
      const analyzed = analyze(copy);
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(copy, analyzed);
      return analyzed;
    },
  };
}

function createStemmers(language: Language): (word: string) => Stem {
  const stemmer = (of: Language): Stem => {
    if (of.algorithm === null) return null;
    const { stem } = newStemmer(of.algorithm);
    return stem;
  };
  const isCyrillic = ['ru', 'uk'].includes(language.code);
  const latin = stemmer(isCyrillic ? languageOf('en') : language);
  const cyrillic = stemmer(isCyrillic ? language : languageOf('ru'));
  return (word) => {
    if (isLatin(word)) return latin;
    return /\p{Script=Cyrillic}/u.test(word) ? cyrillic : null;
  };
}

function termsOf(word: string, language: Language, stemOf: (word: string) => Stem): WordTerm[] {
  if (plainWord.test(word)) return partTerms(word, language, stemOf).map((term) => toWordTerm(term, word));
  if (isCjk(word)) return bigrams(word);
  if (word.length > longestWord) return [];
  const terms: WordTerm[] = [];
  const seen = new Set(['']);
  const add = (text: string, start: number, end: number) => {
    if (seen.has(text)) return;
    seen.add(text);
    terms.push(toWordTerm({ text, start, end }, word));
  };
  const addPart = (part: string, start: number) => {
    for (const term of partTerms(part, language, stemOf)) add(term.text, start + term.start, start + term.end);
  };
  const plain = normalize(word);
  if (groupedNumber.test(plain) || decimalNumber.test(plain)) {
    add(groupedNumber.test(plain) ? plain.replaceAll(',', '') : plain, 0, word.length);
    return terms;
  }
  if (word.length > longestIdentifier && joiners.test(word)) {
    add(plain, 0, word.length);
    return terms;
  }
  if (acronym.test(plain)) {
    add(plain.replaceAll('.', ''), 0, word.length);
    return terms;
  }
  const parts = split(word, joiners);
  if (parts.length > 1 || identifier.test(word)) addWhole(word, plain, add);
  for (const part of parts) {
    addPart(part.text, part.start);
    if (part.text.length <= longestIdentifier)
      for (const piece of splitIdentifier(part.text)) addPart(piece.text, part.start + piece.start);
  }
  return terms;
}

/** The whole of an identifier; of an ordinary hyphenated word its letters in one (`log-in` gives `login`). */
function addWhole(word: string, plain: string, add: (text: string, start: number, end: number) => void): void {
  if (!identifier.test(word)) {
    add(plain.replace(/[^\p{L}\p{N}]/gu, ''), 0, word.length);
    return;
  }
  add(plain, 0, word.length);
  if (/^v\d/.test(plain)) add(plain.slice(1), 1, word.length);
}

type PartTerm = Pick<WordTerm, 'text' | 'start' | 'end'>;

function toWordTerm({ text, start, end }: PartTerm, word: string): WordTerm {
  const isQuestionWord = questionWords.has(word.slice(start, end).toLowerCase());
  return { text, id: termId(text), start, end, isQuestionWord };
}

function partTerms(part: string, language: Language, stemOf: (word: string) => Stem): PartTerm[] {
  const base = withoutApostrophes(normalize(part), language);
  if (base === '' || (language.code === 'en' && englishStopWords.has(base))) return [];
  const whole = (text: string) => [{ text, start: 0, end: part.length }];
  if (/\p{N}/u.test(base) || (base.length > longestIdentifier && isLatin(base))) return whole(base);
  const stem = stemOf(base);
  if (stem) return whole(language.code === 'en' ? stem(fold(base)) : fold(stem(base)));
  return grams(fold(base), part.length);
}

/** Every 4 letters in a row; a shorter word is its own gram. */
function grams(word: string, length: number): PartTerm[] {
  const letters = [...word];
  if (letters.length <= gramLength) return [{ text: word, start: 0, end: length }];
  const inPlace = letters.length === length;
  return Array.from({ length: letters.length - gramLength + 1 }, (_, start) => ({
    text: letters.slice(start, start + gramLength).join(''),
    start: inPlace ? start : 0,
    end: inPlace ? start + gramLength : length,
  }));
}

/** Chinese, Japanese and Korean: every two characters in a row; a lone character is its own term. */
function bigrams(run: string): WordTerm[] {
  const characters = Array.from(run.matchAll(/./gsu), ({ 0: text, index: start }) => ({ text, start }));
  const size = Math.min(2, characters.length);
  const terms: WordTerm[] = [];
  for (let first = 0; first + size <= characters.length; first += 1) {
    const text = normalize(
      characters
        .slice(first, first + size)
        .map((character) => character.text)
        .join(''),
    );
    const last = characters[first + size - 1];
    terms.push({
      text,
      id: termId(text),
      start: characters[first]?.start ?? 0,
      end: (last?.start ?? 0) + (last?.text.length ?? 0),
      isQuestionWord: false,
    });
  }
  return terms;
}

/** Pieces of `getUserById`, `HTTPServer`, `KS1042`; none when there is only one. Single letters are left out. */
function splitIdentifier(part: string): { text: string; start: number }[] {
  const boundary = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L}{2})(?=\d{2})|(?<=\d{2})(?=\p{L}{2})/u;
  const pieces = split(part, boundary);
  return pieces.length > 1 ? pieces.filter((piece) => piece.text.length > 1) : [];
}

function split(text: string, boundary: RegExp): { text: string; start: number }[] {
  const pieces: { text: string; start: number }[] = [];
  let start = 0;
  for (const piece of text.split(boundary)) {
    const at = text.indexOf(piece, start);
    if (piece !== '') pieces.push({ text: piece, start: at });
    start = at + piece.length;
  }
  return pieces;
}

/** NFKC, lower case, one kind of hyphen and apostrophe, ASCII digits, no soft hyphens. */
function normalize(word: string): string {
  if (/^[a-z\d]*$/.test(word)) return word;
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\u00ad/g, '')
    .replace(/[‐‑]/g, '-')
    .replace(/[’ʼ]/g, "'")
    .replace(/[٠-٩۰-۹०-९]/g, (digit) => String((((digit.codePointAt(0) ?? 0) & 0xf) % 16) % 10));
}

function withoutApostrophes(word: string, language: Language): string {
  if (!word.includes("'")) return word;
  const bare = languagesWithElision.has(language.code) ? word.replace(elision, '') : word.replace(/'s$/, '');
  return bare.replaceAll("'", '');
}

/** Without accents, in scripts where readers leave them out; elsewhere marks are letters. */
function fold(word: string): string {
  if (/^[a-z]*$/.test(word)) return word;
  return word
    .normalize('NFD')
    .replace(/([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu, '$1')
    .normalize('NFC');
}
