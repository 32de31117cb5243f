import { joinPolarities } from './polarity.ts';
import type { Evidence, Places } from './read-evidence.ts';

/**
 * What `readEvidence` reads of several texts, from what it read of each: texts that come again with others need not be read again. Only a number that
 * ends one text no longer takes the word that begins the next for its unit.
 */
export function joinEvidence(parts: readonly Evidence[]): Evidence {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const text = parts.map((part) => part.text).join('\n');
  let before = 0;
  const quantities = parts.flatMap((part) => {
    const shift = before;
    before += part.text.length + 1;
    return part.quantities.map((quantity) => ({ ...quantity, start: quantity.start + shift }));
  });
  let pieces = 0;
  const pieceOf = parts.flatMap((part) => {
    const shift = pieces;
    pieces += part.pieces.length;
    return part.pieceOf.map((piece) => piece + shift);
  });
  const wordsBefore = (part: Evidence) => part.pieces.reduce((sum, { words }) => sum + words.length + 1, 0);
  return {
    text,
    pieces: parts.flatMap((part) => part.pieces),
    termPlaces: joinPlaces(parts.map(({ termPlaces, pieceOf: own }) => [termPlaces, own.length])),
    wordPlaces: joinPlaces(parts.map((part) => [part.wordPlaces, wordsBefore(part)])),
    pieceOf,
    quantities,
    polarity: joinPolarities(parts.map(({ polarity }) => polarity)),
  };
}

/** Looks a word up in each, with the number of places in it: a claim asks for few of all words. */
function joinPlaces(parts: readonly (readonly [Places, number])[]): Places {
  return {
    has: (word) => parts.some(([places]) => places.has(word)),
    get(word) {
      let before = 0;
      const found: number[] = [];
      for (const [places, count] of parts) {
        for (const place of places.get(word) ?? []) found.push(place + before);
        before += count;
      }
      return found.length > 0 ? found : undefined;
    },
  };
}
