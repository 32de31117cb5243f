/** Whether `quotes` together support `sentence`. */
export type Entails = (sentence: string, quotes: readonly string[]) => boolean;

/** Sentences with the numbers that they cite, and the quotes of those numbers. */
export interface CitedText {
  readonly sentences: readonly { readonly text: string; readonly citations: readonly number[] }[];
  readonly quotes: readonly { readonly number: number; readonly text: string }[];
}

/**
 * Citation recall and precision as in ALCE, in [0, 1]. Recall: share of sentences whose cited quotes together support them; an
 * uncited sentence counts 0. Precision: share of citations that are precise: the sentence is supported, and the citation either
 * supports it alone or is needed (the others alone do not); a number out of range is imprecise. Null without sentences or citations.
 * Source: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", section 4 and eval.py.
 */
export function citationScores(
  answer: CitedText,
  entails: Entails,
): { recall: number | null; precision: number | null } {
  const textOf = new Map(answer.quotes.map((quote) => [quote.number, quote.text]));
  let supported = 0;
  let precise = 0;
  let citations = 0;
  for (const sentence of answer.sentences) {
    const numbers = [...new Set(sentence.citations)];
    const known = numbers.filter((number) => textOf.has(number));
    const supports = (cited: readonly number[]) =>
      cited.length > 0 &&
      entails(
        sentence.text,
        cited.flatMap((number) => textOf.get(number) ?? []),
      );
    const isSupported = known.length === numbers.length && supports(known);
    citations += numbers.length;
    if (!isSupported) continue;
    supported += 1;
    precise += known.filter(
      (number) => supports([number]) || !supports(known.filter((other) => other !== number)),
    ).length;
  }
  return {
    recall: answer.sentences.length > 0 ? supported / answer.sentences.length : null,
    precision: citations > 0 ? precise / citations : null,
  };
}
