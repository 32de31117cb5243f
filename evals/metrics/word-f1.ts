import { normalizeAnswer } from './answer-in-text.ts';

const words =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[[\S]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]+/gv;

/** Words after SQuAD's normalisation; every character of a script without spaces is one. */
export function wordsOf(text: string): string[] {
  return normalizeAnswer(text).match(words) ?? [];
}

/** 2 common / (words of both), each word as often as both have it, in [0, 1]; 0 where both are empty. */
export function wordF1(one: readonly string[], other: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of other) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of one) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common += 1;
  }
  return common === 0 ? 0 : (2 * common) / (one.length + other.length);
}
