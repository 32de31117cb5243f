import { splitSentences } from '../../domain/sentences.ts';
import { rememberReading } from '../../domain/text-memory.ts';
import { visitWords } from '../../models/sparse/analyze.ts';
import { isPlainAscii, wordsOf } from '../../models/sparse/words-of.ts';
import { readTerms, type TermWeights } from '../evidence/term-weights.ts';
import { joinEvidence } from './join-evidence.ts';
import { createWordPlacer, type PlacedWords } from './placed-words.ts';
import { hasNegation, type Polarity, polarityOf, type StatedPolarity } from './polarity.ts';
import { type Quantity, quantitiesOf } from './quantities.ts';
import { whenAsked } from './when-asked.ts';

/** A sentence of the evidence, or a stretch of a long one. */
export interface EvidencePiece {
  readonly text: string;
  /** Every word in lower case, in order. */
  readonly words: readonly string[];
  readonly polarity: Polarity;
}

/** What sentences are compared with; each part is read when it is asked for, and once. */
export interface Evidence {
  readonly text: string;
  readonly pieces: readonly EvidencePiece[];
  /** Content words. */
  readonly terms: PlacedWords;
  /** All words, function words too. */
  readonly words: PlacedWords;
  readonly quantities: readonly Quantity[];
  /** Of all pieces. */
  readonly polarity: StatedPolarity;
}

/** A sentence of more words is cut. */
const longestPiece = 80;

/** About 40 MB. What a text holds depends on it and its language alone; quotes and passages come again in other answers. */
const mostCharacters = 1_500_000;
const readText = rememberReading<Evidence>(
  { maxSize: mostCharacters, sizeCalculation: ({ text }) => text.length + 1 },
  placeWords,
);

/** Reads each text once; a number that ends one does not take the word that begins the next for its unit. */
export function readEvidence(texts: readonly string[], { language }: Pick<TermWeights, 'language'>): Evidence {
  return joinEvidence(texts.map((text) => readText(text, language)));
}

function placeWords(text: string, language: string): Evidence {
  const pieces = splitPieces(text).map((piece) => new LazyPiece(piece, language));
  const terms = createWordPlacer();
  const words = createWordPlacer();
  for (const piece of pieces) {
    const isPlain = isPlainAscii(piece.text);
    visitWords(piece.text, language, (word) => {
      for (const term of word.terms) if (!term.isQuestionWord) terms.add(term.text);
      if (isPlain) for (const own of word.words) words.add(own);
    });
    if (!isPlain) for (const own of wordsOf(piece.text)) words.add(own);
    terms.endPiece();
    words.endPiece();
  }
  return whenAsked(
    { text, pieces, terms, words },
    { quantities: () => quantitiesOf(text), polarity: () => polarityOfPieces(pieces, terms) },
  );
}

/** Of pieces together: what one says with a negation another may say without. */
function polarityOfPieces(pieces: readonly EvidencePiece[], terms: PlacedWords): StatedPolarity {
  const negating = pieces.filter(({ text }) => hasNegation(text));
  return {
    negated: new Set(negating.flatMap(({ polarity }) => [...polarity.negated])),
    affirmed: { has: (term) => terms.piecesWith(term).some((piece) => pieces[piece]?.polarity.affirmed.has(term)) },
  };
}

/** An answer looks closely at few of its pieces. */
class LazyPiece implements EvidencePiece {
  readonly text: string;
  readonly #language: string;
  #words: readonly string[] | undefined;
  #polarity: Polarity | undefined;

  constructor(text: string, language: string) {
    this.text = text;
    this.#language = language;
  }

  get words(): readonly string[] {
    this.#words ??= wordsOf(this.text);
    return this.#words;
  }

  get polarity(): Polarity {
    this.#polarity ??= polarityOf(this.text, readTerms(this.text, this.#language));
    return this.#polarity;
  }
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
