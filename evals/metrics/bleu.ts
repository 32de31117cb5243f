const order = 4;

/** Words and marks of a text in lower case; a mark is a token of its own. */
export function bleuTokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}

export interface TextPair {
  readonly candidate: string;
  readonly reference: string;
}

/**
 * Corpus BLEU-4 with one reference, in [0, 100]: BP exp(1/4 sum over n of ln p_n), where p_n is the share of the candidates' n-grams that stand
 * in their reference, each at most as often as there, over the whole corpus, and BP = min(1, exp(1 - reference length / candidate
 * length)). Not smoothed: 0 when no 4-gram matches. Source: Papineni, Roukos, Ward and Zhu 2002.
 */
export function bleu4(pairs: readonly TextPair[]): number {
  const matched = new Array<number>(order).fill(0);
  const total = new Array<number>(order).fill(0);
  let candidateLength = 0;
  let referenceLength = 0;
  for (const pair of pairs) {
    const candidate = bleuTokens(pair.candidate);
    const reference = bleuTokens(pair.reference);
    candidateLength += candidate.length;
    referenceLength += reference.length;
    for (let size = 1; size <= order; size += 1) {
      const wanted = countGrams(reference, size);
      for (const [gram, count] of countGrams(candidate, size)) {
        matched[size - 1] = (matched[size - 1] ?? 0) + Math.min(count, wanted.get(gram) ?? 0);
        total[size - 1] = (total[size - 1] ?? 0) + count;
      }
    }
  }
  if (matched.some((count) => count === 0)) return 0;
  const precision = matched.reduce((sum, count, index) => sum + Math.log(count / (total[index] ?? 1)) / order, 0);
  return 100 * Math.min(1, Math.exp(1 - referenceLength / candidateLength)) * Math.exp(precision);
}

function countGrams(tokens: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + size <= tokens.length; start += 1) {
    const gram = tokens.slice(start, start + size).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}
