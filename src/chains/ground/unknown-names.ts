import type { Span } from '../../domain/sentences.ts';

/** Capitalised words inside the sentence that stand nowhere in the texts, whatever their case there. */
export function unknownNames(sentence: string, texts: readonly string[]): string[] {
  const names = namesOf(sentence);
  if (names.length === 0) return [];
  const known = texts.join('\n').toLowerCase();
  return names
    .map(({ start, end }) => sentence.slice(start, end))
    .filter((name) => !known.includes(name.toLowerCase().replace(/['’]s$/, '')));
}

/** Words that begin with a capital and not a sentence, and words in capitals. */
function namesOf(sentence: string): Span[] {
  return [...sentence.matchAll(/(?<![.!?:]\s)(?<=\S\s|["'“(])\p{Lu}[\p{L}\p{N}'’-]+|\b\p{Lu}{2,}\b/gu)]
    .filter((match) => match[0] !== 'I')
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
