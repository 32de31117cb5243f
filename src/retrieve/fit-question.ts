import { splitSentences } from '../domain/sentences.ts';
import type { CountTokens } from '../models/embedder.ts';

/** Whether a sentence asks, by the mark at its end. */
const asks = /[?？؟]["'”’»›)\]}*_`]*$/;

interface Room {
  /** At least 1. */
  readonly mostTokens: number;
  readonly countTokens: CountTokens;
}

/**
 * As much of a question as an embedder reads, in whole sentences and in their order: those that ask come first, then the others from
 * the beginning. Of a sentence that has no room by itself the first words. The question itself where it fits.
 */
export function fitQuestion(question: string, { mostTokens, countTokens }: Room): string {
  if (countTokens(question) <= mostTokens) return question;
  const sentences = splitSentences(question).map(({ start, end }) => question.slice(start, end));
  const byNeed = [...sentences.keys()].sort(
    (one, other) => Number(asks.test(sentences[other] ?? '')) - Number(asks.test(sentences[one] ?? '')),
  );
  const kept = new Set<number>();
  let left = mostTokens;
  for (const index of byNeed) {
    const tokens = countTokens(sentences[index] ?? '');
    if (tokens > left) continue;
    left -= tokens;
    kept.add(index);
  }
  if (kept.size > 0) return sentences.filter((_, index) => kept.has(index)).join(' ');
  return firstWords(sentences[byNeed[0] ?? 0] ?? question, { mostTokens, countTokens });
}

function firstWords(text: string, { mostTokens, countTokens }: Room): string {
  let left = mostTokens;
  const words: string[] = [];
  for (const word of text.split(/\s+/)) {
    left -= countTokens(word);
    if (left < 0) break;
    words.push(word);
  }
  // A token is a character at least, and some scripts write no spaces.
  return words.length > 0 ? words.join(' ') : Array.from(text).slice(0, mostTokens).join('');
}
