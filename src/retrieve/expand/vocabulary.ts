import { type Acronym, acronymsOf } from './acronyms.ts';
import { editDistance } from './edit-distance.ts';

/** What is learnt of one tenant's texts: its words with the number of passages that have them, and its acronyms. */
export interface Vocabulary {
  /** Words in it; what it takes of memory grows with them. */
  readonly size: number;
  readonly acronyms: readonly Acronym[];
  /** Passages that have the word; 0 for an unknown one. */
  frequency(word: string): number;
  /** The word that a misspelt one was most likely meant to be; null when none is near, or the word is short or known. */
  nearest(word: string): string | null;
}

export interface VocabularyBuilder {
  add(text: string): void;
  build(): Vocabulary;
}

/** Below, nearly every string has a neighbour. */
export const shortestCorrected = 5;
const longestWord = 32;
/** Two edits are allowed from this length on. */
const longForTwoEdits = 8;
/** Words kept, in memory about 100 bytes each; the rarest go first. */
const mostWords = 200_000;
const mostAcronyms = 10_000;

/** Words of letters only; identifiers, numbers and scripts without spaces between words are nothing to spell. */
export const plainWord =
  /(?<![\p{L}\p{N}\p{M}_@./\\-])\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?(?![\p{L}\p{N}\p{M}_@/\\-]|\.\p{L})/gu;
const unspelt = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]|\p{Ll}\p{Lu}/v;

/** A word as the vocabulary has it; null for what is not spelt with letters of an alphabet, or is an identifier such as `getUser`. */
export function toVocabularyWord(word: string): string | null {
  if (unspelt.test(word)) return null;
  const plain = word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’]\p{L}+$/u, '');
  return plain.length <= longestWord ? plain : null;
}

export function createVocabularyBuilder(): VocabularyBuilder {
  const frequencies = new Map<string, number>();
  const acronyms = new Map<string, Map<string, number>>();
  return {
    add(text) {
      const words = new Set<string>();
      for (const [match] of text.matchAll(plainWord)) words.add(match);
      const seen = new Set([...words].flatMap((word) => toVocabularyWord(word) ?? []));
      for (const word of seen) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
      if (frequencies.size > 2 * mostWords) keepFrequent(frequencies);
      for (const { short, long } of acronymsOf(text)) {
        const forms = acronyms.get(short) ?? new Map<string, number>();
        if (acronyms.size < mostAcronyms) acronyms.set(short, forms);
        forms.set(long, (forms.get(long) ?? 0) + 1);
      }
    },
    build() {
      keepFrequent(frequencies);
      return toVocabulary(frequencies, [...acronyms].flatMap(mostFrequentForm));
    },
  };
}

function keepFrequent(frequencies: Map<string, number>): void {
  for (let rare = 1; frequencies.size > mostWords; rare += 1)
    for (const [word, count] of frequencies) if (count <= rare) frequencies.delete(word);
}

function mostFrequentForm([short, forms]: [string, Map<string, number>]): Acronym[] {
  const [best] = [...forms].sort((one, other) => other[1] - one[1]);
  return best ? [{ short, long: best[0] }] : [];
}

function toVocabulary(frequencies: ReadonlyMap<string, number>, acronyms: readonly Acronym[]): Vocabulary {
  const words = [...frequencies.keys()].filter((word) => word.length >= shortestCorrected - 1);
  const letters = Int32Array.from(words, lettersOf);
  return {
    size: frequencies.size,
    acronyms,
    frequency: (word) => frequencies.get(word) ?? 0,
    nearest(word) {
      if (word.length < shortestCorrected || frequencies.has(word)) return null;
      const most = word.length >= longForTwoEdits ? 2 : 1;
      const mask = lettersOf(word);
      let best: { word: string; cost: number } | null = null;
      for (const [index, candidate] of words.entries()) {
        if (Math.abs(candidate.length - word.length) > most) continue;
        // An edit changes at most two of the letters that a word has.
        if (countBits(mask ^ (letters[index] ?? 0)) > 2 * most) continue;
        const distance = editDistance(word, candidate, most);
        if (distance > most) continue;
        const cost = costOf(distance, candidate[0] === word[0], frequencies.get(candidate) ?? 1);
        if (best === null || cost < best.cost) best = { word: candidate, cost };
      }
      return best?.word ?? null;
    },
  };
}

/** Distance decides; among equals a word with the same first letter, which is seldom mistyped, then the more frequent one. */
function costOf(distance: number, hasSameStart: boolean, frequency: number): number {
  return 100 * distance + (hasSameStart ? 0 : 50) - Math.min(40, 4 * Math.log2(1 + frequency));
}

/** One bit for each letter that the word has, 32 classes. */
function lettersOf(word: string): number {
  let mask = 0;
  for (let index = 0; index < word.length; index += 1) mask |= 1 << (word.charCodeAt(index) & 31);
  return mask;
}

function countBits(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
