import { foldLetters } from '../fold-letters.ts';

/** A name in a text: consecutive capitalised words, small words between them included. Offsets are UTF-16. */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const capitalised = String.raw`(?:\p{Lu}|\p{Ll}\p{Lu})[\p{L}\p{M}\p{N}]*(?:[.'’&_-]+[\p{L}\p{N}]+)*\.?`;
const between = String.raw`(?:of|the|and|de|la|le|del|della|da|di|van|von|der|den|du|al|bin|for|in|on|&|\d+)`;
const following = String.raw`(?:${between}[ \t]+){0,2}${capitalised}|\d+(?:\.\d+)*(?!\p{L})`;
const namePattern = new RegExp(String.raw`(?<![\p{L}\p{N}])${capitalised}(?:[ \t]+(?:${following}))*`, 'gu');

/** Words that begin a sentence with a capital and name nothing. */
const openers = new Set(
  (
    'a an the this that these those he she it they we you i his her its their our your my one some any all both each every many much most more other others such no not yes ' +
    'what when where who whom whose which why how do does did is are was were am be been has have had can could may might must shall should will would ' +
    'and or but so if as at by for from in into of on to with without about after before during since until while because although though however then there here also once upon under over between among despite besides according ' +
    'only just even still later earlier soon now today please tell give show explain describe list name let okay ok well instead otherwise same never always someone somebody everyone everybody nobody nothing something anything sometimes yearly monthly'
  ).split(' '),
);

/**
 * The names of a text in order. A capitalised word at the beginning of a sentence counts when more of the name follows, or when
 * `known` has it: alone it may be any word.
 */
export function namesOf(text: string, known: ReadonlySet<string> = new Set()): Name[] {
  return [...text.matchAll(namePattern)].flatMap((match) => {
    const name = withoutOpeners({ text: match[0], start: match.index, end: match.index + match[0].length });
    if (!name) return [];
    const isFirst = /(?:^|[.!?:;"“(]\s*)$/.test(text.slice(Math.max(0, name.start - 4), name.start));
    const isPlain = /^\p{Lu}\p{Ll}+$/u.test(name.text);
    return isFirst && isPlain && !known.has(name.text.toLowerCase()) ? [] : [name];
  });
}

/** Cuts off words such as `When` and `The` at the front, and a possessive or a full stop at the end. */
function withoutOpeners(name: Name): Name | null {
  const opener = /^([\p{L}'’]+)(?:[ \t]+|$)/u.exec(name.text);
  if (opener?.[1] && openers.has(opener[1].toLowerCase().replace(/['’].*$/, ''))) {
    const rest = { text: name.text.slice(opener[0].length), start: name.start + opener[0].length, end: name.end };
    return /\p{Lu}|\d/u.test(rest.text) ? withoutOpeners(fromCapital(rest)) : null;
  }
  const bare = name.text.replace(/(?:['’]s?|(?<=[\p{L}]{3,})\.)$/u, '');
  return bare === '' ? null : { text: bare, start: name.start, end: name.start + bare.length };
}

function fromCapital(name: Name): Name {
  const first = /\p{Ll}?\p{Lu}|\d/u.exec(name.text)?.index ?? 0;
  return { text: name.text.slice(first), start: name.start + first, end: name.end };
}

/** Whether every word of the shorter name stands in the longer one, as `Zappa` in `Frank Zappa`. */
export function sameName(one: string, other: string): boolean {
  const [short, long] = [wordsOf(one), wordsOf(other)].sort((left, right) => left.size - right.size);
  return short !== undefined && short.size > 0 && long !== undefined && short.isSubsetOf(long);
}

function wordsOf(name: string): Set<string> {
  return new Set(foldLetters(name).match(/[\p{L}\p{N}]+/gu) ?? []);
}
