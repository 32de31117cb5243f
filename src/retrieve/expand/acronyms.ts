/** A short form with the long form that a text gives for it. */
export interface Acronym {
  readonly short: string;
  readonly long: string;
}

const parentheses = /\(([^()\n]{2,80})\)/g;
const shortForm = /^(?=.*\p{Lu})[\p{L}\p{N}][\p{L}\p{N}.&/-]{1,9}$/u;
/** Words of a long form stand in one sentence with it. */
const sentenceEnd = /[.!?;:,]\s|\n/g;

/**
 * The pairs that a text introduces as `long form (LF)` or `LF (long form)`. Source: Schwartz and Hearst 2003, "A Simple Algorithm for
 * Identifying Abbreviation Definitions in Biomedical Text"; narrower in that a short form has a capital and no space.
 */
export function acronymsOf(text: string): Acronym[] {
  return [...text.matchAll(parentheses)].flatMap((match) => {
    const inside = (match[1] ?? '').trim();
    const before = lastClause(text.slice(Math.max(0, match.index - 200), match.index));
    if (shortForm.test(inside)) {
      const long = longFormOf(inside, before);
      return long === null ? [] : [{ short: inside, long }];
    }
    const short = /\S+$/.exec(before)?.[0] ?? '';
    // The whole of the parenthesis is the long form here: it may not begin with other words.
    return shortForm.test(short) && longFormOf(short, inside) === inside ? [{ short, long: inside }] : [];
  });
}

function lastClause(text: string): string {
  const end = [...text.matchAll(sentenceEnd)].at(-1);
  return text.slice(end ? end.index + end[0].length : 0).trim();
}

/**
 * The shortest end of `before` that holds the letters of the short form in order, the first of them at the beginning of a word. Null when
 * there is none of at most min(n + 5, 2 n) words for n characters.
 */
export function longFormOf(short: string, before: string): string | null {
  let at = before.length - 1;
  for (let index = short.length - 1; index >= 0; index -= 1) {
    const letter = (short[index] ?? '').toLowerCase();
    if (!isWordCharacter(letter)) continue;
    while (at >= 0 && !(sameLetter(before[at], letter) && (index > 0 || !isWordCharacter(before[at - 1] ?? ' '))))
      at -= 1;
    if (at < 0) return null;
    at -= 1;
  }
  const long = before.slice(before.lastIndexOf(' ', at) + 1).replace(/^[^\p{L}\p{N}]+/u, '');
  const words = long.split(/\s+/);
  const isTooLong = words.length > Math.min(short.length + 5, 2 * short.length);
  const repeats = words.some((word) => word.toLowerCase().replace(/[^\p{L}\p{N}]+$/u, '') === short.toLowerCase());
  return isTooLong || repeats || long.length <= short.length ? null : long;
}

function sameLetter(one: string | undefined, lower: string): boolean {
  return one?.toLowerCase() === lower;
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}
