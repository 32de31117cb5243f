/**
 * Substring match of a gold answer, as in RGB and ALCE's STR-EM: 1 when any of `answers` stands in `text` after SQuAD's
 * normalisation (lower case, no punctuation, no English articles, single spaces), else 0. Null when there is no gold answer.
 * Source: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", section 4.
 */
export function answerInText(text: string, answers: readonly string[]): number | null {
  const golds = answers.map(normalizeAnswer).filter((answer) => answer !== '');
  if (golds.length === 0) return null;
  const haystack = ` ${normalizeAnswer(text)} `;
  return golds.some((gold) => haystack.includes(` ${gold} `) || (isUnspaced(gold) && haystack.includes(gold))) ? 1 : 0;
}

/** SQuAD's normalisation (Rajpurkar et al. 2016), with Unicode letters and digits kept. */
export function normalizeAnswer(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .replace(/\b(a|an|the)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Scripts without spaces between words are matched inside a run. */
function isUnspaced(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text);
}
