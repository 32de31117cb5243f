import { splitSentences } from '../../domain/sentences.ts';
import type { ContentTerm, TermWeights } from '../evidence/term-weights.ts';
import { joinPolarities, type Polarity, polarityOf } from './polarity.ts';
import { type Quantity, quantitiesOf } from './quantities.ts';

/** A sentence of the evidence, or a stretch of a long one. */
export interface EvidencePiece {
  readonly text: string;
  readonly terms: readonly ContentTerm[];
  /** Every word in lower case, in order. */
  readonly words: readonly string[];
  readonly polarity: Polarity;
}

/** Where words stand, ascending; words of two pieces are never neighbours. */
export type Places = Pick<ReadonlyMap<string, readonly number[]>, 'get' | 'has'>;

/** What sentences are compared with, read once. */
export interface Evidence {
  readonly text: string;
  readonly pieces: readonly EvidencePiece[];
  /** Places of content words. */
  readonly termPlaces: Places;
  /** Places of all words, function words too. */
  readonly wordPlaces: Places;
  /** The piece that the place of a content word lies in. */
  readonly pieceOf: readonly number[];
  readonly quantities: readonly Quantity[];
  /** Of all pieces. */
  readonly polarity: Polarity;
}

/** A sentence of more words is cut. */
const longestPiece = 80;
const word = new RegExp(
  String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]|` +
    String.raw`[[\p{L}\p{N}\p{M}]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]]+(?:['’]\p{L}+)*`,
  'gv',
);

/** What `word` finds where no character is beyond ASCII, at half the time. */
const plainWord = /[a-z0-9]+(?:'[a-z]+)*/g;
const isBeyondAscii = /[^\0-\x7f]/;

/** Every word of a text in lower case, in order, function words too; each character of Chinese, Japanese and Korean. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase().replaceAll('’', "'");
  return lower.match(isBeyondAscii.test(lower) ? word : plainWord) ?? [];
}

export function readEvidence(texts: readonly string[], weights: TermWeights): Evidence {
  const pieces = texts.flatMap(splitPieces).map((piece) => readPiece(piece, weights));
  const text = texts.join('\n');
  const terms = pieces.map((piece) => piece.terms.map((term) => term.text));
  return {
    text,
    pieces,
    termPlaces: placesOf(terms),
    wordPlaces: placesOf(pieces.map(({ words }) => words)),
    pieceOf: terms.flatMap((own, piece) => [...own.map(() => piece), piece]),
    quantities: quantitiesOf(text),
    polarity: joinPolarities(pieces.map(({ polarity }) => polarity)),
  };
}

/** By the terms, which are remembered by text and language, and for as long as they are. */
const readPieces = new WeakMap<readonly ContentTerm[], EvidencePiece>();

function readPiece(text: string, weights: TermWeights): EvidencePiece {
  const terms = weights.terms(text);
  const known = readPieces.get(terms);
  if (known?.text === text) return known;
  const piece = { text, terms, words: wordsOf(text), polarity: polarityOf(text, terms) };
  readPieces.set(terms, piece);
  return piece;
}

/** The sentences of a text, those of more than 80 words in stretches of 80. Rows and headings, which have no full stop, end with their line. */
export function splitPieces(text: string): string[] {
  return text.split('\n').flatMap((line) =>
    splitSentences(line).flatMap(({ start, end }) => {
      if (end - start <= 2 * longestPiece) return [line.slice(start, end)];
      const words = line.slice(start, end).split(/\s+/);
      if (words.length <= longestPiece) return [line.slice(start, end)];
      return Array.from({ length: Math.ceil(words.length / longestPiece) }, (_, stretch) =>
        words.slice(stretch * longestPiece, (stretch + 1) * longestPiece).join(' '),
      );
    }),
  );
}

/** Numbers the words through all pieces; one number between two pieces is left out. */
function placesOf(pieces: readonly (readonly string[])[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  let place = 0;
  for (const words of pieces) {
    for (const found of words) {
      const known = places.get(found);
      if (known) known.push(place);
      else places.set(found, [place]);
      place += 1;
    }
    place += 1;
  }
  return places;
}
