import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWordPlacer, joinPlacedWords } from './placed-words.ts';

const word = fc.constantFrom('a', 'b', 'c', 'd');
const somePieces = fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 5 });

function place(pieces: readonly (readonly string[])[]) {
  const words = createWordPlacer();
  for (const piece of pieces) {
    for (const own of piece) words.add(own);
    words.endPiece();
  }
  return words;
}

test('tells which words stand where, and which follow each other in one piece', () => {
  fc.assert(
    fc.property(somePieces, word, word, (pieces, one, next) => {
      const words = place(pieces);
      expect(words.has(one)).toBe(pieces.flat().includes(one));
      expect(words.piecesWith(one)).toEqual([...pieces.keys()].filter((piece) => pieces[piece]?.includes(one)));
      expect(words.follows(one, next)).toBe(
        pieces.some((piece) => piece.some((own, index) => own === one && piece[index + 1] === next)),
      );
    }),
  );
});

test('several together are as one', () => {
  fc.assert(
    fc.property(fc.array(somePieces, { maxLength: 3 }), word, word, (parts, one, next) => {
      const joined = joinPlacedWords(parts.map((pieces) => ({ words: place(pieces), pieces: pieces.length })));
      const whole = place(parts.flat());
      expect(joined.has(one)).toBe(whole.has(one));
      expect(joined.follows(one, next)).toBe(whole.follows(one, next));
      expect(joined.piecesWith(one)).toEqual(whole.piecesWith(one));
    }),
  );
});
