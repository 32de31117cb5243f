import { splitSentences } from '../domain/sentences.ts';

/** A sentence as a model wrote it, taken apart. */
export interface CitedSentence {
  /** Without citation marks. */
  readonly text: string;
  /** Numbers in its citation marks, in order, each once; they may name nothing. */
  readonly citations: readonly number[];
  readonly isLine: boolean;
}

export interface CitedSentenceReader {
  /** Sentences that are complete after this piece of the reply. */
  push(text: string): CitedSentence[];
  finish(): CitedSentence[];
}

const marksAfterSentence = /([.!?…。！？]["'”’)*_]*)((?:[ \t]*[[【]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】])+)/g;
const citationMark = /[[【]\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*[\]】]/g;
/** Without any of these the buffer holds no end of a sentence; most pieces of a reply add none. */
const sentenceEnd = /[.!?…。！？｡؟।॥\n]/;
const listMark = /^\s*(?:[-*+•]|\d{1,3}[.)])\s/;

/**
 * Cuts a streamed answer into sentences with their citations, `[1]`, `[1, 2]` or `[1][2]`, before or after the full stop.
 * The last sentence is held back until the next one begins, because its marks may still come.
 */
export function createCitedSentenceReader(): CitedSentenceReader {
  let buffer = '';
  const take = (isEnd: boolean): CitedSentence[] => {
    buffer = buffer.replace(marksAfterSentence, (_all, mark: string, citations: string) => `${citations}${mark}`);
    const spans = splitSentences(buffer);
    const last = spans.at(-1);
    const beforeLast = spans.at(-2);
    if (isEnd || !last || !beforeLast) {
      if (!isEnd) return [];
      const all = buffer;
      buffer = '';
      return spans.flatMap((span) => toSentence(all, span.start, span.end));
    }
    // What begins with a bracket may turn out to be the marks of the sentence before.
    const heldFrom = /^[[【]/.test(buffer.slice(last.start)) ? beforeLast.start : last.start;
    const ready = spans
      .filter((span) => span.end <= heldFrom)
      .flatMap((span) => toSentence(buffer, span.start, span.end));
    // The line break is kept: it tells whether the next sentence begins a line.
    const gap = /\n[ \t]*$/.exec(buffer.slice(0, heldFrom))?.[0] ?? '';
    buffer = gap + buffer.slice(heldFrom);
    return ready;
  };
  return {
    push(text) {
      buffer += text;
      return sentenceEnd.test(buffer) ? take(false) : [];
    },
    finish: () => take(true),
  };
}

function toSentence(buffer: string, start: number, end: number): CitedSentence[] {
  const raw = buffer.slice(start, end);
  const { text, citations } = readCited(raw);
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const isLine = listMark.test(raw) || /\n\s*$/.test(buffer.slice(0, start));
  return [{ text, citations, isLine }];
}

/** A text without its citation marks, and the numbers in them. */
export function readCited(raw: string): Pick<CitedSentence, 'text' | 'citations'> {
  const citations = [...raw.matchAll(citationMark)].flatMap((match) => numbersOf(match[1] ?? ''));
  const text = raw
    .replace(citationMark, '')
    .replace(/[ \t]+(?=[.,;:!?…](?:\s|$))/g, '')
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
  return { text, citations: [...new Set(citations)] };
}

/** `1, 3-5` names 1, 3, 4 and 5. */
function numbersOf(mark: string): number[] {
  return mark.split(/[,;]/).flatMap((part) => {
    const [from = 0, to = from] = part.split(/[–-]/).map((number) => Number(number.trim()));
    return Array.from({ length: Math.max(0, Math.min(to - from, 20) + 1) }, (_, index) => from + index);
  });
}
