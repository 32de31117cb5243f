import type { AnswerCase } from './answers.ts';

const firstWords =
  /^\W*(who|whose|whom|what|when|where|which|why|how many|how much|how|is|are|was|were|do|does|did|can)\b/i;
const longQuestion = 15;
const shortQuestion = 6;

/** What kinds a question belongs to: its category, how it begins, how long it is, whether it names something exactly. */
export function kindsOf({ category, text }: Pick<AnswerCase, 'category' | 'text'>): string[] {
  const words = text.trim().split(/\s+/).length;
  const length = words <= shortQuestion ? 'short' : words >= longQuestion ? 'long' : 'medium';
  return [
    ...(category === null ? [] : [`category ${category}`]),
    `begins ${firstWords.exec(text)?.[1]?.toLowerCase() ?? 'otherwise'}`,
    `length ${length}`,
    ...(/\p{N}/u.test(text) ? ['with a number'] : []),
    ...(/[\p{L}\p{N}][_@][\p{L}\p{N}]|\p{Ll}\p{Lu}|\p{L}\d|\d\.\d/u.test(text) ? ['with an identifier'] : []),
  ];
}
