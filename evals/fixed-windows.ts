import type { TextSpan } from './metrics/span-recall.ts';

/** The baseline of chunking: runs of `words` words, one after the other, whatever they cut through. */
export function fixedWindows(document: string, text: string, words: number): TextSpan[] {
  const places = [...text.matchAll(/\S+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const windows: TextSpan[] = [];
  for (let first = 0; first < places.length; first += words) {
    const run = places.slice(first, first + words);
    windows.push({ document, start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 });
  }
  return windows;
}
