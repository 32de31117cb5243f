import { type LayoutRole, layoutRoles } from './layout-marks.ts';

/**
 * A text folded for comparing quotes, with the way back to the original.
 * Entry `i` of `starts` and `ends` is the UTF-16 range of the original that became `folded[i]`.
 */
export interface QuoteText {
  readonly original: string;
  readonly folded: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** What stood before `folded[i]` and was left out of `folded`: a sum of `joint` flags. */
  readonly joints: readonly number[];
}

/**
 * Hyphens inside words and pipes are left out of the folded text and compared on their own, because some of them
 * belong to the layout only: a hyphen at a line end, a pipe between table cells.
 */
export const joint = { none: 0, hyphen: 1, layoutHyphen: 2, pipe: 4, layoutPipe: 8, emDash: 16 } as const;

const markCharacter = /[\p{M}\u1160-\u11ff\uff9e\uff9f]/u;
const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
const cjkCharacter = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const singleQuotes = new Set('\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\uff07');
const doubleQuotes = new Set('\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02');
const hyphens = new Set('\u2010\u2011\u2012\u2013\u2212\ufe58\ufe63\uff0d');
const longDashes = new Set('\u2014\u2015');
/** Raised and lowered signs and fractions: folding 10² to 102 or 2ⁿ to 2n would change what is said. */
const meaningfulForm = /[\u2070-\u209f\u1d2c-\u1d6a\u1d9b-\u1dbf]|\p{No}/u;

/** Characters after folding one by one, as UTF-16 codes, before spaces, hyphens and pipes are settled. */
interface Units {
  readonly codes: number[];
  readonly starts: number[];
  readonly ends: number[];
}

const space = ' ';
const lineBreak = '\n';
const layoutHyphen = '\u0001';
const layoutPipe = '\u0002';
const longDash = '\u2014';
const [spaceCode, lineBreakCode, layoutHyphenCode, layoutPipeCode] = [32, 10, 1, 2];
const [hyphenCode, pipeCode, longDashCode] = [45, 124, 0x2014];
/** Nothing below combines with the character before it. */
const firstMark = 0x300;

/**
 * Folds Unicode forms (NFKC), white space, quote marks, dashes, ligatures, hyphenation at line ends, invisible
 * characters and Markdown marks. Letter case, numbers, signs and punctuation stay.
 */
export function toQuoteText(original: string): QuoteText {
  return settle(original, foldCharacters(original, layoutRoles(original)));
}

const foldedPassages = new WeakMap<object, QuoteText>();

/** The texts of passages, each folded once for as long as the passage is at hand: an answer compares quotes with it several times. */
export function quoteTextsOf(passages: readonly { readonly text: string }[]): QuoteText[] {
  return passages.map((passage) => {
    const known = foldedPassages.get(passage) ?? toQuoteText(passage.text);
    foldedPassages.set(passage, known);
    return known;
  });
}

export function isCjkCharacter(character: string): boolean {
  return character > '\u2e7f' && cjkCharacter.test(character);
}

function foldCharacters(original: string, roles: Uint8Array | null): Units {
  const codes = new Array<number>(original.length);
  const starts = new Array<number>(original.length);
  const ends = new Array<number>(original.length);
  let count = 0;
  for (let index = 0; index < original.length; ) {
    const role = (roles?.[index] ?? 0) as LayoutRole;
    const code = original.charCodeAt(index);
    const next = original.charCodeAt(index + 1);
    // Most text: a plain character that nothing combines with; only white space among them folds.
    if (role === 0 && code > spaceCode && code < 0x80 && !(next >= firstMark)) {
      codes[count] = code;
      starts[count] = index;
      index += 1;
      ends[count++] = index;
      continue;
    }
    const end = clusterEnd(original, index);
    const folded = foldCluster(original.slice(index, end), role);
    for (let unit = 0; unit < folded.length; unit += 1) {
      codes[count] = folded.charCodeAt(unit);
      starts[count] = index;
      ends[count++] = end;
    }
    index = end;
  }
  codes.length = count;
  return { codes, starts, ends };
}

function foldCluster(cluster: string, role: LayoutRole): string {
  if (role === 1) return '';
  if (role === 2) return layoutHyphen;
  if (role === 3) return layoutPipe;
  if (cluster < '\u0080' && cluster.length === 1) return cluster <= space ? whiteSpace(cluster) : cluster;
  if (/^\s/.test(cluster)) return whiteSpace(cluster);
  if (singleQuotes.has(cluster)) return "'";
  if (doubleQuotes.has(cluster)) return '"';
  if (hyphens.has(cluster)) return '-';
  if (longDashes.has(cluster)) return longDash;
  if (meaningfulForm.test(cluster)) return cluster;
  const folded = cluster.normalize('NFKC');
  return /\d/.test(folded) && !/\p{Nd}/u.test(cluster) ? cluster : folded.replace(/\s+/g, '');
}

function whiteSpace(character: string): string {
  return character === '\n' || character === '\r' || character === '\u2028' || character === '\u2029'
    ? lineBreak
    : space;
}

/** End of the character at `index` together with the marks that combine with it. */
function clusterEnd(text: string, index: number): number {
  const length = (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  let end = index + length;
  while (text.charCodeAt(end) >= firstMark) {
    const next = text.codePointAt(end) ?? 0;
    if (!markCharacter.test(String.fromCodePoint(next))) break;
    end += next > 0xffff ? 2 : 1;
  }
  return end;
}

/** Collapses white space and takes hyphens inside words and pipes out of the text into the joints. */
function settle(original: string, units: Units): QuoteText {
  const { codes } = units;
  const kept: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const joints: number[] = [];
  const push = (code: number, from: number, flags: number) => {
    kept.push(code);
    starts.push(units.starts[from] ?? 0);
    ends.push(units.ends[from] ?? 0);
    joints.push(flags);
  };
  let flags = 0;
  let gap = -1;
  let isLineGap = false;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === spaceCode || code === lineBreakCode) {
      if ((flags & joint.layoutHyphen) !== 0) continue;
      if (gap < 0) isLineGap = false;
      gap = index;
      isLineGap ||= code === lineBreakCode;
    } else if (code === pipeCode || code === layoutPipeCode) {
      flags |= code === pipeCode ? joint.pipe : joint.layoutPipe;
      gap = index;
    } else if (code === layoutHyphenCode) {
      flags |= joint.layoutHyphen;
    } else if (isInsideWord(codes, index, gap < 0 ? kept.at(-1) : undefined)) {
      flags |= code === longDashCode ? joint.hyphen | joint.emDash : joint.hyphen;
    } else {
      const solid = code === longDashCode ? hyphenCode : code;
      const previous = kept.at(-1);
      const isJoined = isLineGap && previous !== undefined && isCjkCode(previous) && isCjkCode(solid);
      if (gap >= 0 && previous !== undefined && !isJoined) push(spaceCode, gap, 0);
      push(solid, index, flags);
      flags = 0;
      gap = -1;
      isLineGap = false;
    }
  }
  return { original, folded: textOf(kept), starts, ends, joints };
}

/** True for a dash that stands directly between two word characters. */
function isInsideWord(codes: readonly number[], index: number, previous: number | undefined): boolean {
  const code = codes[index];
  if (code !== hyphenCode && code !== longDashCode) return false;
  return previous !== undefined && isWordCode(previous) && isWordCode(codes[index + 1] ?? spaceCode);
}

function isWordCode(code: number): boolean {
  if (code < 128) return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123);
  return wordCharacter.test(String.fromCharCode(code));
}

function isCjkCode(code: number): boolean {
  return isCjkCharacter(String.fromCharCode(code));
}

/** Codes that one call takes as its arguments. */
const codesAtOnce = 4_096;

function textOf(codes: readonly number[]): string {
  let text = '';
  for (let from = 0; from < codes.length; from += codesAtOnce)
    text += String.fromCharCode(...codes.slice(from, from + codesAtOnce));
  return text;
}
