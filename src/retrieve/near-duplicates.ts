import { rememberReading } from '../domain/text-memory.ts';

/** What two texts are compared by. */
export interface TextProfile {
  /** Hashes of the distinct words without numbers, ascending. */
  readonly words: Int32Array;
  /** Hash of the numbers, words with digits and negations, in their order. */
  readonly numbers: number;
  /** The same without the document's own version number; equal to `numbers` where no version is known. */
  readonly numbersWithoutVersion: number;
}

/** Share of common words from which two texts with the same numbers say the same. */
const sameWords = 0.9;

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;
const zero = 48;
const nine = 57;

/** Characters of texts and words of profiles, about 6 MB: good passages come again. */
const mostRemembered = 1_500_000;
const remembered = rememberReading<TextProfile>(
  { maxSize: mostRemembered, sizeCalculation: ({ words }, key) => key.length + words.length },
  readProfile,
);

/** `version` as in "7.4". */
export function profileOf(text: string, version: string | null): TextProfile {
  return remembered(text, version ?? '');
}

/** One pass over the text, without a string for each word. `version` is empty where none is known. */
function readProfile(text: string, version: string): TextProfile {
  const lower = text.toLowerCase();
  const ownVersion = version === '' ? null : hashOf(version);
  const words: number[] = [];
  let numbers = fnvOffset;
  let numbersWithoutVersion = fnvOffset;
  let at = 0;
  while (at < lower.length) {
    const kind = kindOf(lower.charCodeAt(at));
    if (kind === gap) {
      at += 1;
      continue;
    }
    const start = at;
    let hasDigit = false;
    let hash = fnvOffset;
    for (let next = kind; ; ) {
      hasDigit ||= next === digit;
      hash = mix(hash, lower.charCodeAt(at));
      at += 1;
      if (kind === single || at >= lower.length) break;
      next = kindOf(lower.charCodeAt(at));
      if (next !== letter && next !== digit && !joinsDigits(lower, at)) break;
    }
    if (!hasDigit) words.push(hash);
    if (!hasDigit && !negations.has(hash)) continue;
    const number = isVersionSign(lower, start) ? hashOf(lower, start + 1, at) : hash;
    numbers = mix(numbers, number);
    if (number !== ownVersion) numbersWithoutVersion = mix(numbersWithoutVersion, number);
  }
  return { words: distinct(Int32Array.from(words).sort()), numbers, numbersWithoutVersion };
}

/**
 * Whether two texts say the same: at least nine tenths of their distinct words are common (Jaccard), and their numbers are the same in the same
 * order, because texts that differ in a number may contradict each other; negations count as numbers. Where `versionsMatter` is false, each text's own version does not count.
 */
export function saysTheSame(one: TextProfile, other: TextProfile, { versionsMatter }: { versionsMatter: boolean }) {
  const haveSameNumbers =
    one.numbers === other.numbers || (!versionsMatter && one.numbersWithoutVersion === other.numbersWithoutVersion);
  return haveSameNumbers && similarity(one.words, other.words) >= sameWords;
}

/** Jaccard similarity of two ascending lists; 0 as soon as it is known to be too small. */
function similarity(one: Int32Array, other: Int32Array): number {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (longer.length === 0) return 1;
  if (shorter.length < sameWords * longer.length) return 0;
  let common = 0;
  let place = 0;
  for (const word of shorter) {
    while (place < longer.length && (longer[place] ?? 0) < word) place += 1;
    if (longer[place] === word) common += 1;
  }
  return common / (shorter.length + longer.length - common);
}

function distinct(ascending: Int32Array): Int32Array {
  return ascending.filter((word, index) => index === 0 || word !== ascending[index - 1]);
}

/** One such word turns a sentence around; "t" is what is left of "don't". */
const negations: ReadonlySet<number> = new Set(
  'not no never cannot without nor neither none t nicht kein keine nie ohne ne pas sin'
    .split(' ')
    .map((word) => hashOf(word)),
);

/** FNV-1a, 32 bits, over UTF-16 units. */
function hashOf(text: string, start = 0, end = text.length): number {
  let hash = fnvOffset;
  for (let at = start; at < end; at += 1) hash = mix(hash, text.charCodeAt(at));
  return hash;
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, fnvPrime);
}

const gap = 0;
const letter = 1;
const digit = 2;
const single = 3;

const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return digit;
  return code >= 97 && code <= 122 ? letter : gap;
});

/** Of a character in lower case. Chinese and Japanese have no spaces: each character counts as a word. */
function kindOf(code: number): number {
  if (code < 128) return asciiKinds[code] ?? gap;
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? letter : gap;
  if (code >= 0x3040 && code <= 0x9fff) return single;
  const isPunctuation = (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || code === 0xfeff;
  return isPunctuation || (code >= 0xff00 && code <= 0xff0f) ? gap : letter;
}

/** The dot of "7.4" and the comma of "1,000". */
function joinsDigits(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code === 46 || code === 44) && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1));
}

/** The letter of "v7.4". */
function isVersionSign(text: string, at: number): boolean {
  return text.charCodeAt(at) === 118 && isDigit(text.charCodeAt(at + 1));
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}
