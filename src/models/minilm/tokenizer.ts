import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import type { CountTokens } from '../embedder.ts';

/** Folder of the built-in model; it is part of the package. */
export const modelFolder = new URL('../../../models/all-MiniLM-L6-v2-int8/', import.meta.url);

const classToken = 101;
const separatorToken = 102;
/** Longer words hardly come twice. */
const longestRemembered = 60;
const mostRemembered = 50_000;

/** Reads the vocabulary (0.5 MB, about 40 ms); the caller keeps the result. */
function loadTokenizer(): Tokenizer {
  const readJson = (name: string): object => JSON.parse(readFileSync(new URL(name, modelFolder), 'utf8'));
  return new Tokenizer(readJson('tokenizer.json'), readJson('tokenizer_config.json'));
}

/** A run of letters and digits, or one mark; with ASCII letters only, the parts that the tokeniser takes apart first. */
const asciiParts = /[A-Za-z0-9]+|[!-~]/g;
const printableAscii = /^[!-~]*$/;

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
  const countAscii = (piece: string): number => {
    let total = 0;
    // A mark is one token.
    for (const [part] of piece.matchAll(asciiParts)) total += part.length === 1 ? 1 : countPiece(part);
    return total;
  };

  // Tokens never span white space, and a text repeats its words: most pieces are looked up, not tokenised.
  return (text) => {
    let total = 0;
    for (const piece of text.split(/[ \n\t]+/)) {
      if (piece === '') continue;
      total += printableAscii.test(piece) ? countAscii(piece) : countPiece(piece);
    }
    return total;
  };
}

export interface TokenEncoder {
  /** Token ids with [CLS] and [SEP], at most `maxTokens` in all; what does not fit is left out. */
  encode(text: string): Int32Array;
}

/** Far more than real text has; bounds the work on a text that is much longer than the model reads. */
const mostCharactersPerToken = 100;

/** Encodes texts for the model. Reads the vocabulary at once. */
export function createTokenEncoder(maxTokens: number): TokenEncoder {
  const tokenizer = loadTokenizer();
  return {
    encode(text) {
      const readable = text.slice(0, maxTokens * mostCharactersPerToken);
      const ids = tokenizer.encode(readable, { add_special_tokens: false }).ids.slice(0, maxTokens - 2);
      return Int32Array.from([classToken, ...ids, separatorToken]);
    },
  };
}
