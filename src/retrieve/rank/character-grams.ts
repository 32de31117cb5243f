/** Letters of a gram; two where a character is a syllable or a word. */
const gramLength = 4;
const ideographLength = 2;
const hashFactor = 1_000_003;
const ideographs = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** Bits of a hash that the filter before the map looks at. */
const filterMask = 0xffff;

/** The grams of a question, by number. */
export interface Grams {
  readonly count: number;
  /** 1 at the number of each gram that the text has. */
  presence(text: string): Uint8Array;
}

/** Every four letters or digits in a row of a question, whatever its language; every two of Chinese, Japanese or Korean. */
export function createGrams(question: string): Grams {
  const numbers = new Map<number, number>();
  const filter = new Uint8Array(filterMask + 1);
  const length = ideographs.test(question) ? ideographLength : gramLength;
  visitGrams(question, length, (hash) => {
    if (!numbers.has(hash)) numbers.set(hash, numbers.size);
    filter[hash & filterMask] = 1;
  });
  return {
    count: numbers.size,
    presence(text) {
      const has = new Uint8Array(numbers.size);
      visitGrams(text, length, (hash) => {
        if (filter[hash & filterMask] === 0) return;
        const number = numbers.get(hash);
        if (number !== undefined) has[number] = 1;
      });
      return has;
    },
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
