import type { Random } from '../../src/domain/random.ts';

/** One way in which a quote can say something else than its source. */
export interface Alteration {
  readonly name: string;
  /** The altered quote, or null where the text offers no place for it. */
  readonly alter: (text: string, random: Random) => string | null;
}

const antonyms = pairs(
  'always never,before after,more less,minimum maximum,increase decrease,enable disable,enabled disabled,allow deny',
  'allowed forbidden,include exclude,first last,above below,open closed,required optional,all none,most least',
  'free paid,monthly yearly,public private,internal external,read write,start stop,on off,add remove,high low,can cannot',
);
const units = pairs(
  'GB MB,TB GB,days hours,day hour,minutes seconds,months years,month year,weeks days,km miles,kg g,percent points',
);
const months = 'January February March April May June July August September October November December'.split(' ');
const numberWords = 'one two three four five six seven eight nine ten twenty thirty hundred thousand'.split(' ');
const names = ['Ravenna', 'Okafor', 'Lindqvist', 'Borneo', 'Xanthe', 'Premium', 'Tuesday'];
const additions = ['only', 'usually', 'almost', 'also', 'hardly', 'partly', 'twice', 'possibly'];
const replacements = ['table', 'green', 'purchase', 'window', 'quietly', 'seven', 'harbour'];
const negatable = /\b(is|are|was|were|can|may|must|will|does|do|has|have|should)\b(?! not)/g;
const negations = /\b(?:not|never|no|without|cannot|n['’]t)\b\s?/gi;

export const alterations: readonly Alteration[] = [
  { name: 'digit', alter: (text, random) => replaceOne(text, /\d/g, random, (digit) => otherDigit(digit, random)) },
  { name: 'digit-dropped', alter: (text, random) => replaceOne(text, /(?<=\d)\d/g, random, () => '') },
  { name: 'digit-added', alter: (text, random) => replaceOne(text, /\d(?=\D|$)/g, random, (digit) => `${digit}0`) },
  { name: 'decimal-point', alter: (text, random) => replaceOne(text, /(?<=\d)[.,](?=\d)/g, random, () => '') },
  { name: 'number-word', alter: swapWord(numberWords) },
  { name: 'unit', alter: (text, random) => swapPair(text, units, random) },
  { name: 'currency', alter: (text, random) => replaceOne(text, /[$€£]|\b(?:USD|EUR|GBP)\b/g, random, otherCurrency) },
  { name: 'percent', alter: (text, random) => replaceOne(text, /(?<=\d)\s?%/g, random, () => '') },
  { name: 'date', alter: swapWord(months) },
  {
    name: 'year',
    alter: (text, random) => replaceOne(text, /\b(?:19|20)\d\d\b/g, random, (year) => String(Number(year) + 1)),
  },
  { name: 'negation-inserted', alter: (text, random) => replaceOne(text, negatable, random, (verb) => `${verb} not`) },
  { name: 'negation-removed', alter: (text, random) => replaceOne(text, inner(negations), random, () => '') },
  { name: 'antonym', alter: (text, random) => swapPair(text, antonyms, random) },
  {
    name: 'name',
    alter: (text, random) => replaceOne(text, /(?<=\s)\p{Lu}\p{Ll}{2,}/gu, random, () => random.pick(names)),
  },
  {
    name: 'letter-case',
    alter: (text, random) => replaceOne(text, /\b\p{Ll}(?=\p{Ll}{3})/gu, random, (letter) => letter.toUpperCase()),
  },
  { name: 'word-dropped', alter: (text, random) => editWords(text, random, (words, at) => words.splice(at, 1)) },
  {
    name: 'word-added',
    alter: (text, random) => editWords(text, random, (words, at) => words.splice(at, 0, random.pick(additions))),
  },
  {
    name: 'word-replaced',
    alter: (text, random) => editWords(text, random, (words, at) => words.splice(at, 1, random.pick(replacements))),
  },
  { name: 'word-order', alter: (text, random) => editWords(text, random, swapWithNext) },
  {
    name: 'letter-dropped',
    alter: (text, random) => replaceOne(text, /(?<=\p{L}{2})\p{L}(?=\p{L})/gu, random, () => ''),
  },
  { name: 'word-cut', alter: (text, random) => cutWord(text, random) },
  { name: 'identifier', alter: (text, random) => replaceOne(text, /(?<=[A-Z]{2,}[-_])\w/g, random, () => 'Q') },
];

function replaceOne(text: string, pattern: RegExp, random: Random, replace: (found: string) => string): string | null {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return null;
  const match = random.pick(matches);
  return text.slice(0, match.index) + replace(match[0]) + text.slice(match.index + match[0].length);
}

/** A match at the very edge of a quote could be dropped and leave a true, shorter quote. */
function inner(pattern: RegExp): RegExp {
  return new RegExp(`(?<=\\S\\s.*)(?:${pattern.source})(?=\\S)`, `${pattern.flags}s`);
}

function otherDigit(digit: string, random: Random): string {
  return String((Number(digit) + random.integer(1, 9)) % 10);
}

function otherCurrency(found: string): string {
  const others: Record<string, string> = { $: '€', '€': '£', '£': '$', USD: 'EUR', EUR: 'GBP', GBP: 'USD' };
  return others[found] ?? found;
}

function swapWord(list: readonly string[]): Alteration['alter'] {
  const pattern = new RegExp(`\\b(?:${list.join('|')})\\b`, 'g');
  return (text, random) =>
    replaceOne(text, pattern, random, (found) => random.pick(list.filter((word) => word !== found)));
}

function swapPair(text: string, table: ReadonlyMap<string, string>, random: Random): string | null {
  const pattern = new RegExp(`\\b(?:${[...table.keys()].join('|')})\\b`, 'g');
  return replaceOne(text, pattern, random, (found) => table.get(found) ?? found);
}

/** Applies an edit between the first and the last word, where it cannot leave a shorter true quote. */
function editWords(text: string, random: Random, edit: (words: string[], at: number) => unknown): string | null {
  const words = text.split(/(?<=\s)(?=\S)/);
  if (words.length < 4) return null;
  edit(words, random.integer(1, words.length - 2));
  return words.map((word, index) => (index < words.length - 1 && !/\s$/.test(word) ? `${word} ` : word)).join('');
}

function swapWithNext(words: string[], at: number): void {
  const [word, next] = [words[at], words[at + 1]];
  if (word === undefined || next === undefined) return;
  words.splice(at, 2, `${next.trim()} `, `${word.trim()} `);
}

function cutWord(text: string, random: Random): string | null {
  const cut =
    random.next() < 0.5 ? text.replace(/^\p{L}{1,3}(?=\p{L}{2})/u, '') : text.replace(/(?<=\p{L}{2})\p{L}{1,3}$/u, '');
  return cut === text ? null : cut;
}

function pairs(...lists: string[]): ReadonlyMap<string, string> {
  const entries = lists.flatMap((list) => list.split(',').map((pair) => pair.split(' ')));
  return new Map(
    entries.flatMap(([left = '', right = '']) => [
      [left, right],
      [right, left],
    ]),
  );
}
