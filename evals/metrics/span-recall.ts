/** A stretch of a document; UTF-16 offsets, `end` exclusive. */
export interface TextSpan {
  readonly document: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Share of the gold spans' characters that the retrieved spans hold, in [0, 1]: |gold ∩ retrieved| / |gold|, each side a set of characters, so that
 * what overlaps counts once. Null without a gold character. Source: Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval",
 * there over tokens.
 */
export function spanRecall(gold: readonly TextSpan[], retrieved: readonly TextSpan[]): number | null {
  const wanted = mergeSpans(gold);
  const total = spanLength(wanted);
  return total === 0 ? null : commonLength(wanted, mergeSpans(retrieved)) / total;
}

/** Characters of merged spans. */
export function spanLength(merged: readonly TextSpan[]): number {
  return merged.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Characters that two lists of merged spans share. */
export function commonLength(merged: readonly TextSpan[], others: readonly TextSpan[]): number {
  let common = 0;
  for (const one of merged)
    for (const other of others)
      if (one.document === other.document)
        common += Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start));
  return common;
}

/** The same characters as spans that neither touch nor overlap, by document and place; empty ones are left out. */
export function mergeSpans(spans: readonly TextSpan[]): TextSpan[] {
  const merged: TextSpan[] = [];
  const ordered = spans
    .filter(({ start, end }) => end > start)
    .toSorted((one, other) => compareText(one.document, other.document) || one.start - other.start);
  for (const span of ordered) {
    const last = merged.at(-1);
    if (last && last.document === span.document && span.start <= last.end)
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
