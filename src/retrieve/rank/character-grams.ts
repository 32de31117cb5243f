/** Letters of a gram; two where a character is a syllable or a word. */
const gramLength = 4;
const ideographLength = 2;
const hashFactor = 1_000_003;
const ideographs = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** Bits of a hash that the filter before the map looks at. */
const filterMask = 0xffff;
/** BM25's saturation and length normalisation, as for words. */
const k1 = 1.2;
const b = 0.75;

/** The grams of a question, by number. */
export interface Grams {
  readonly count: number;
  /** How often the text has each gram of the question, by its number, and how many grams it has in all. */
  read(text: string): { readonly frequencies: Uint16Array; readonly length: number };
}

/** Every four letters or digits in a row of a question, whatever its language; every two of Chinese, Japanese or Korean; `longer` adds to either. */
export function createGrams(question: string, longer = 0): Grams {
  const numbers = new Map<number, number>();
  const filter = new Uint8Array(filterMask + 1);
  const length = (ideographs.test(question) ? ideographLength : gramLength) + longer;
  visitGrams(question, length, (hash) => {
    if (!numbers.has(hash)) numbers.set(hash, numbers.size);
    filter[hash & filterMask] = 1;
  });
  return {
    count: numbers.size,
    read(text) {
      const frequencies = new Uint16Array(numbers.size);
      let total = 0;
      visitGrams(text, length, (hash) => {
        total += 1;
        if (filter[hash & filterMask] === 0) return;
        const number = numbers.get(hash);
        if (number !== undefined) frequencies[number] = (frequencies[number] ?? 0) + 1;
      });
      return { frequencies, length: total };
    },
  };
}

export interface GramScores {
  /** For each text the share of the question's grams that it has, weighted by how few of these texts have them. */
  readonly coverage: readonly number[];
  /** BM25 over the grams, as if these texts were all there is. */
  readonly score: readonly number[];
  /** The most that the score could be. */
  readonly ideal: number;
}

/** How well each text fits the question by its grams; a gram weighs as a term would, were these texts all there is. */
export function scoreGrams(question: string, texts: readonly string[], longer = 0): GramScores {
  const grams = createGrams(question, longer);
  const read = texts.map((text) => grams.read(text));
  const average = read.reduce((sum, { length }) => sum + length, 0) / texts.length || 1;
  const weights = Array.from({ length: grams.count }, (_, place) => {
    const having = read.reduce((sum, { frequencies }) => sum + (frequencies[place] ? 1 : 0), 0);
    return Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sumOver = (frequencies: Uint16Array, gain: (frequency: number) => number) =>
    frequencies.reduce((sum, frequency, place) => sum + (frequency && gain(frequency)) * (weights[place] ?? 0), 0);
  return {
    coverage: read.map(({ frequencies }) => (total > 0 ? sumOver(frequencies, () => 1) / total : 0)),
    score: read.map(({ frequencies, length }) => {
      const norm = k1 * (1 - b + (b * length) / average);
      return sumOver(frequencies, (frequency) => (frequency * (k1 + 1)) / (frequency + norm));
    }),
    ideal: total * (k1 + 1),
  };
}

/** A rolling polynomial hash: one step a character. */
function visitGrams(text: string, length: number, visit: (hash: number) => void): void {
  const lower = text.toLowerCase();
  let leaving = 1;
  for (let power = 0; power < length; power += 1) leaving = Math.imul(leaving, hashFactor);
  let run = 0;
  let hash = 0;
  for (let index = 0; index < lower.length; index += 1) {
    const code = lower.charCodeAt(index);
    if (!isLetter(code)) {
      run = 0;
      hash = 0;
      continue;
    }
    run += 1;
    hash = (Math.imul(hash, hashFactor) + code) | 0;
    if (run > length) hash = (hash - Math.imul(lower.charCodeAt(index - length), leaving)) | 0;
    if (run >= length) visit(hash);
  }
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xc0;
}
