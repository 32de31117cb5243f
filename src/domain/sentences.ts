/** A stretch of a text; UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Never end a sentence, whatever follows. */
const joiningAbbreviations = wordSet(
  'mr mrs ms mx dr prof st mt messrs e.g i.e eg ie cf vs approx ca resp incl excl viz al z.b d.h u.a bzw ggf inkl mme mlle gen col sgt capt rev hon',
);
/** End a sentence only when a usual first word follows. */
const ambiguousAbbreviations = wordSet(
  'inc ltd co corp llc gmbh dept est jr sr a.m p.m u.s u.k u.n e.u ph.d b.sc m.sc jan feb mar apr jun jul aug sept sep oct nov dec bros assn univ min max',
);
/** Stand before a number, as in "Fig. 3"; elsewhere they are words. */
const numberedAbbreviations = wordSet(
  'no nos nr fig figs eq eqs sec secs ch chap vol vols p pp art abs ed tab ref v ver par',
);
const firstWords = wordSet(
  'the a an this that these those it its they we you he she i in on at if when while for from to as with after before by but and or so however therefore there then here some all each every no not only both most many our your their his her my please use see note',
);

/** What a German ordinal stands behind, as in "im 3. Stock", and the months that it stands before. */
const beforeOrdinal = /(?:^|[\s(„"])(?:im|vom|zum|zur|beim|der|die|das|dem|den|des|ab|seit|(?<!\bI )am)\s\d{1,2}$/i;
const germanMonths = wordSet(
  'januar jänner februar märz april mai juni juli august september oktober november dezember',
);

/** What may follow the mark that ends a sentence: closing quotes, brackets, Markdown marks, a footnote's number. */
const closing = /(?:["'”’»›)\]}*_`~]|\[\^?\d{1,3}\])*/y;
const candidate = /[.!?…。！？｡؟।॥]|\n/g;
const blockStart = /[ \t]*(?:[-*+•‣◦·–]\s|\d{1,3}[.)]\s|#{1,6}\s|\||>|```|~~~)/y;
const standsAlone = /[ \t]*(?:#{1,6}\s|\||```|~~~)/y;
const fence = /[ \t]*(?:```|~~~)/y;
const enumerator = /^\s*[-*+•>\s]*\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})(?:\.\d{1,3})*$/;
const lowercase = /\p{Ll}/u;
const nextWord = /[\p{L}\p{N}_'’.-]*/uy;
const opening = /["'“‘«‹([{*_`~¿¡]*/y;
/** Longest stretch that is looked at before a full stop to find the word there. */
const lookBehind = 24;

/**
 * Splits a text into sentences: spans without surrounding white space that ascend, do not overlap and hold every other character.
 * Blank lines, list items, headings, table rows and lines of fenced code end a sentence; a single line break in running text does not.
 * Abbreviations, decimals, versions, URLs and initials do not end one. Linear in the length of the text.
 */
export function splitSentences(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  let inFence = matchesAt(fence, text, 0) > 0;
  const cut = (end: number) => {
    const span = trim(text, start, end);
    if (span) spans.push(span);
    start = end;
  };
  candidate.lastIndex = 0;
  for (let found = candidate.exec(text); found; found = candidate.exec(text)) {
    const at = found.index;
    if (found[0] === '\n') {
      const next = at + 1;
      const isFence = matchesAt(fence, text, next) > 0;
      if (inFence || isFence || endsLine(text, at, start)) cut(next);
      if (isFence) inFence = !inFence;
      continue;
    }
    if (inFence) continue;
    const end = sentenceEnd(text, at, start);
    if (end === null) continue;
    cut(end);
    candidate.lastIndex = end;
  }
  cut(text.length);
  return spans;
}

/** Whether the line break at `at` ends a sentence that began at `start`. */
function endsLine(text: string, at: number, start: number): boolean {
  const next = at + 1;
  let probe = next;
  while (text[probe] === ' ' || text[probe] === '\t' || text[probe] === '\r') probe += 1;
  if (probe >= text.length || text[probe] === '\n') return true;
  if (matchesAt(blockStart, text, next) > 0) return true;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return matchesAt(standsAlone, text, Math.max(lineStart, start)) > 0;
}

/** Where the sentence whose mark stands at `at` ends, or null when it goes on. */
function sentenceEnd(text: string, at: number, start: number): number | null {
  const mark = text.charAt(at);
  let end = at + 1;
  while (isMark(text.charAt(end))) end += 1;
  const closed = end + matchesAt(closing, text, end);
  if ('。！？｡'.includes(mark)) return closed;
  if (closed < text.length && !isSpace(text.charCodeAt(closed))) return null;
  let next = closed;
  while (next < text.length && isSpace(text.charCodeAt(next))) next += 1;
  if (next >= text.length) return closed;
  const word = followingWord(text, next);
  if (text.charAt(next) !== '`' && beginsLowercase(word)) return null;
  if (mark === '.' && end === at + 1 && !endsAtFullStop(text, { at, start, word })) return null;
  return closed;
}

/** Whether a single full stop at `at` ends a sentence that `word` follows. */
function endsAtFullStop(text: string, place: { at: number; start: number; word: string }): boolean {
  const { at, start, word } = place;
  if (at - start <= 8 && enumerator.test(text.slice(start, at))) return false;
  const before = wordBefore(text, at, start);
  if (before === '') return !isOrdinal(text.slice(Math.max(start, at - lookBehind), at), word);
  if (before.length === 1) return !isInitial(before);
  const key = before.toLowerCase();
  if (joiningAbbreviations.has(key)) return false;
  if (numberedAbbreviations.has(key)) return !isDigit(word.charCodeAt(0));
  if (ambiguousAbbreviations.has(key)) return firstWords.has(word.toLowerCase());
  return true;
}

/** Whether `before` ends with a German ordinal, to which the word belongs that follows. */
function isOrdinal(before: string, word: string): boolean {
  if (!isDigit(before.charCodeAt(before.length - 1))) return false;
  if (germanMonths.has(word.toLowerCase())) return /(?:^|\D)\d{1,2}$/.test(before);
  return beforeOrdinal.test(before);
}

/** The letters and inner dots before `at`, as in "e.g"; empty when they are longer than any abbreviation. */
function wordBefore(text: string, at: number, start: number): string {
  const first = Math.max(start, at - lookBehind);
  let from = at;
  while (from > first && isWordCode(text.charCodeAt(from - 1))) from -= 1;
  return text.slice(from, at);
}

function followingWord(text: string, from: number): string {
  const begin = from + matchesAt(opening, text, from);
  const length = matchesAt(nextWord, text, begin);
  return text.slice(begin, begin + Math.min(length, 40));
}

/** True for plain lower-case words; code and identifiers such as `maxRetries` or `fail_fast` may begin a sentence. */
function beginsLowercase(word: string): boolean {
  const first = word.charCodeAt(0);
  const isLower = first < 128 ? first >= 97 && first <= 122 : lowercase.test(word.charAt(0));
  return isLower && !/[\p{Lu}\d_]/u.test(word);
}

function trim(text: string, start: number, end: number): Span | null {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return from < to ? { start: from, end: to } : null;
}

/** Length of a sticky pattern's match at `index`, 0 when there is none. */
function matchesAt(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex - index : 0;
}

function isMark(character: string): boolean {
  return character !== '' && '.!?…。！？｡؟'.includes(character);
}

function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return code === 0xa0 || code === 0x3000 || code === 0xfeff || (code >= 0x2000 && code <= 0x200a) || isLineMark(code);
}

function isLineMark(code: number): boolean {
  return code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x1680;
}

function isInitial(letter: string): boolean {
  return letter !== 'I' && /\p{L}/u.test(letter);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordCode(code: number): boolean {
  return code === 46 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code >= 192;
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
