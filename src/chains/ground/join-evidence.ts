import { joinPlacedWords } from './placed-words.ts';
import type { Evidence } from './read-evidence.ts';
import { whenAsked } from './when-asked.ts';

/** Several texts as one: each is read on its own, so that texts that come again with others need not be read again. */
export function joinEvidence(parts: readonly Evidence[]): Evidence {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const text = parts.map((part) => part.text).join('\n');
  const joined = (of: 'terms' | 'words') =>
    joinPlacedWords(parts.map((part) => ({ words: part[of], pieces: part.pieces.length })));
  return whenAsked(
    { text, pieces: parts.flatMap((part) => part.pieces), terms: joined('terms'), words: joined('words') },
    {
      quantities() {
        let before = 0;
        return parts.flatMap((part) => {
          const shift = before;
          before += part.text.length + 1;
          return part.quantities.map((quantity) => ({ ...quantity, start: quantity.start + shift }));
        });
      },
      polarity: () => ({
        negated: new Set(parts.flatMap(({ polarity }) => [...polarity.negated])),
        affirmed: { has: (term: string) => parts.some(({ polarity }) => polarity.affirmed.has(term)) },
      }),
    },
  );
}
