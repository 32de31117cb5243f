import type { Random } from '../../src/domain/random.ts';

/** One way in which a quote may look different and still be the same words. */
export interface SurfaceChange {
  readonly name: string;
  /** The changed quote, or null where the text offers no place for it. */
  readonly change: (text: string, random: Random) => string | null;
}

const lineEndWord = /(?<=\p{L}{3})(?=\p{Ll}{3})/gu;

export const surfaceChanges: readonly SurfaceChange[] = [
  { name: 'verbatim', change: (text) => text },
  {
    name: 'white-space',
    change: (text, random) => replaceEach(text, /(?<=\S)[ \t]+(?=\S)/g, () => random.pick([' ', '  ', '\t', '\u00a0'])),
  },
  {
    name: 'line-breaks',
    change: (text, random) =>
      replaceEach(text, /(?<=\p{Script=Latin}) (?=\p{Script=Latin})/gu, () => random.pick([' ', '\n', '\r\n'])),
  },
  {
    name: 'quote-marks',
    change: (text, random) => replaceEach(text, /["“”„«»'’‘]/g, (mark) => otherQuoteMark(mark, random)),
  },
  {
    name: 'dashes',
    change: (text, random) =>
      replaceEach(text, /(?<=[\p{L}\p{N} ])[-\u2010-\u2013](?=[\p{L}\p{N} ])/gu, () =>
        random.pick(['-', '\u2010', '\u2011', '\u2013']),
      ),
  },
  { name: 'line-end-hyphen', change: (text, random) => insert(text, lineEndWord, '-\n', random) },
  { name: 'soft-hyphen', change: (text, random) => insert(text, lineEndWord, '\u00ad', random) },
  {
    name: 'zero-width',
    change: (text, random) =>
      insert(text, /(?<=\p{L})(?=\p{L})/gu, random.pick(['\u200b', '\u2060', '\ufeff']), random),
  },
  {
    name: 'ligatures',
    change: (text) => replaceEach(text, /ffi|ffl|fi|fl|ff/g, (letters) => ligatures[letters] ?? letters),
  },
  { name: 'decomposed', change: (text) => (text.normalize('NFD') === text ? null : text.normalize('NFD')) },
  {
    name: 'full-width',
    change: (text) => replaceEach(text, /[0-9]/g, (digit) => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0)),
  },
  { name: 'emphasis', change: (text, random) => replaceOneWord(text, random, (word) => `**${word}**`) },
  { name: 'code-marks', change: (text, random) => replaceOneWord(text, random, (word) => `\`${word}\``) },
  {
    name: 'surrounded',
    change: (text, random) => random.pick([`"${text}"`, `“${text}”`, `${text}.`, `…${text}…`, `> ${text}`]),
  },
];

const ligatures: Readonly<Record<string, string>> = { ffi: 'ﬃ', ffl: 'ﬄ', fi: 'ﬁ', fl: 'ﬂ', ff: 'ﬀ' };

function replaceEach(text: string, pattern: RegExp, replace: (found: string) => string): string | null {
  return pattern.test(text) ? text.replace(new RegExp(pattern.source, pattern.flags), replace) : null;
}

function insert(text: string, pattern: RegExp, inserted: string, random: Random): string | null {
  const places = [...text.matchAll(pattern)].map((match) => match.index);
  if (places.length === 0) return null;
  const at = random.pick(places);
  return text.slice(0, at) + inserted + text.slice(at);
}

function replaceOneWord(text: string, random: Random, replace: (word: string) => string): string | null {
  const words = [...text.matchAll(/(?<=^|(?<!-)\s)\p{L}{2,}(?=\s|$)/gu)];
  if (words.length === 0) return null;
  const word = random.pick(words);
  return text.slice(0, word.index) + replace(word[0]) + text.slice(word.index + word[0].length);
}

function otherQuoteMark(mark: string, random: Random): string {
  return "'’‘".includes(mark) ? random.pick(["'", '’', '‘']) : random.pick(['"', '“', '”', '«', '»']);
}
