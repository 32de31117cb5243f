/** Where words stand in pieces of evidence: a claim asks for few of them, so nothing but the places is made ready. */
export interface PlacedWords {
  has(word: string): boolean;
  /** Whether `next` comes right behind `word` anywhere; words of two pieces are never neighbours. */
  follows(word: string, next: string): boolean;
  /** Indices of the pieces that hold a word, ascending. */
  piecesWith(word: string): readonly number[];
}

export interface WordPlacer extends PlacedWords {
  /** Puts a word at the end of the piece. */
  add(word: string): void;
  endPiece(): void;
}

export function createWordPlacer(): WordPlacer {
  // Places begin at 1. One between two pieces is left out, so that nothing is a neighbour across it.
  const all: string[] = [''];
  /** The place of the same word before, 0 for none: a list for each word would be hundreds of small ones. */
  const before: number[] = [0];
  /** Where each piece begins. */
  const starts: number[] = [1];
  const last = new Map<string, number>();
  return {
    add(word) {
      before.push(last.get(word) ?? 0);
      last.set(word, all.length);
      all.push(word);
    },
    endPiece() {
      all.push('');
      before.push(0);
      starts.push(all.length);
    },
    has: (word) => last.has(word),
    follows(word, next) {
      for (let at = last.get(next) ?? 0; at > 0; at = before[at] ?? 0) if (all[at - 1] === word) return true;
      return false;
    },
    piecesWith(word) {
      const found: number[] = [];
      let piece = starts.length - 1;
      for (let at = last.get(word) ?? 0; at > 0; at = before[at] ?? 0) {
        while ((starts[piece] ?? 0) > at) piece -= 1;
        if (found.at(-1) !== piece) found.push(piece);
      }
      return found.reverse();
    },
  };
}

/** Of several together, whose pieces are numbered through. */
export function joinPlacedWords(
  parts: readonly { readonly words: PlacedWords; readonly pieces: number }[],
): PlacedWords {
  return {
    has: (word) => parts.some(({ words }) => words.has(word)),
    follows: (word, next) => parts.some(({ words }) => words.follows(word, next)),
    piecesWith(word) {
      let before = 0;
      return parts.flatMap(({ words, pieces }) => {
        const shift = before;
        before += pieces;
        return words.piecesWith(word).map((piece) => piece + shift);
      });
    },
  };
}
