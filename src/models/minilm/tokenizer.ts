import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import type { CountTokens } from '../embedder.ts';

/** Folder of the built-in model; it is part of the package. */
export const modelFolder = new URL('../../../models/all-MiniLM-L6-v2-int8/', import.meta.url);

/** Of BERT's vocabulary: in front of a text, and behind each part of it. */
export const classToken = 101;
export const separatorToken = 102;
/** Longer words hardly come twice. */
const longestRemembered = 60;
const mostRemembered = 50_000;

/** Reads the vocabulary (0.5 MB, about 40 ms); the caller keeps the result. */
function loadTokenizer(): Tokenizer {
  const readJson = (name: string): object => JSON.parse(readFileSync(new URL(name, modelFolder), 'utf8'));
  return new Tokenizer(readJson('tokenizer.json'), readJson('tokenizer_config.json'));
}

const printableAscii = /^[!-~ \n\t\r]*$/;
/** A mark of printable ASCII is one token; letters and digits make words. */
const [space, mark, letterOrDigit] = [0, 1, 2];
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(character)) return letterOrDigit;
  return /[!-~]/.test(character) ? mark : space;
});

/**
 * Counts the embedder's tokens without [CLS] and [SEP]. The vocabulary is read at the first call.
 * Counts add up: `count(a + ' ' + b) === count(a) + count(b)`.
 */
export function createTokenCounter(): CountTokens {
  let tokenizer: Tokenizer | null = null;
  const remembered = new Map<string, number>();

  const tokenize = (piece: string): number => {
    tokenizer ??= loadTokenizer();
    return tokenizer.encode(piece, { add_special_tokens: false }).ids.length;
  };
  const countPiece = (piece: string): number => {
    if (piece.length > longestRemembered) return tokenize(piece);
    const known = remembered.get(piece);
    if (known !== undefined) return known;
    const count = tokenize(piece);
    if (remembered.size >= mostRemembered) remembered.clear();
    // A copy: V8 keeps the whole text alive for a piece of it.
    remembered.set(Buffer.from(piece, 'utf16le').toString('utf16le'), count);
    return count;
  };
  /** The tokeniser parts text at white space and marks before it looks for tokens: most runs of letters and digits are looked up. */
  const countAscii = (text: string): number => {
    let total = 0;
    for (let at = 0; at < text.length; ) {
      const start = at;
      while (kinds[text.charCodeAt(at)] === letterOrDigit) at += 1;
      if (at > start) total += at - start === 1 ? 1 : countPiece(text.slice(start, at));
      if (kinds[text.charCodeAt(at)] === mark) total += 1;
      at += 1;
    }
    return total;
  };

  // Tokens never span white space, and a text repeats its words: most pieces are looked up, not tokenised.
  return (text) => {
    if (printableAscii.test(text)) return countAscii(text);
    let total = 0;
    for (const piece of text.split(/[ \n\t]+/)) {
      if (piece === '') continue;
      total += printableAscii.test(piece) ? countAscii(piece) : countPiece(piece);
    }
    return total;
  };
}

/** Token ids of a text without [CLS] and [SEP]. Reads the vocabulary at once. */
export function createTokenizer(): (text: string) => readonly number[] {
  const tokenizer = loadTokenizer();
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
}

export interface TokenEncoder {
  /** Token ids with [CLS] and [SEP], at most `maxTokens` in all; what does not fit is left out. */
  encode(text: string): Int32Array;
}

/** Far more than real text has; bounds the work on a text that is much longer than the model reads. */
const mostCharactersPerToken = 100;

/** Encodes texts for the model. Reads the vocabulary at once. */
export function createTokenEncoder(maxTokens: number): TokenEncoder {
  const tokenize = createTokenizer();
  return {
    encode(text) {
      const ids = tokenize(text.slice(0, maxTokens * mostCharactersPerToken)).slice(0, maxTokens - 2);
      return Int32Array.from([classToken, ...ids, separatorToken]);
    },
  };
}
