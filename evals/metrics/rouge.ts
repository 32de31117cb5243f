import type { TextPair } from './bleu.ts';

/**
 * ROUGE-1 F over a corpus, in [0, 100]: the mean over pairs of 2 P R / (P + R), where P and R are the common words, each at most as often as
 * both sides have it, divided by the words of candidate and reference. Lower case, marks left out, not stemmed. Source: Lin 2004.
 */
export function rouge1(pairs: readonly TextPair[]): number {
  if (pairs.length === 0) return 0;
  return (100 * pairs.reduce((sum, pair) => sum + fMeasure(pair), 0)) / pairs.length;
}

function fMeasure({ candidate, reference }: TextPair): number {
  const words = wordsOf(candidate);
  const wanted = wordsOf(reference);
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of words) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common += 1;
  }
  return common === 0 ? 0 : (2 * common) / (words.length + wanted.length);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
