import type { TextPair } from './bleu.ts';
import { wordF1 } from './word-f1.ts';

/**
 * ROUGE-1 F over a corpus, in [0, 100]: the mean over pairs of 2 P R / (P + R), where P and R are the common words, each at most as often as
 * both sides have it, divided by the words of candidate and reference. Lower case, marks left out, not stemmed. Source: Lin 2004.
 */
export function rouge1(pairs: readonly TextPair[]): number {
  if (pairs.length === 0) return 0;
  const scores = pairs.map(({ candidate, reference }) => wordF1(wordsOf(candidate), wordsOf(reference)));
  return (100 * scores.reduce((sum, score) => sum + score, 0)) / pairs.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
