import { type Span, splitSentences } from './sentences.ts';

/** Words of a window at most: about 80 tokens of English, short enough to be about one thing. */
const windowWords = 60;
/** A sentence of more words than this is cut. */
const longestSentence = 2 * windowWords;
/** A last window of fewer words goes to the one before. */
const fewestWords = 12;
/** Chinese, Japanese and Korean write no spaces; two characters count as a word. */
const charactersPerWord = 2;

const cjk = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]/gv;
const piece =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]|[^\s\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]+/gv;

/**
 * Windows of whole sentences, each of up to about 60 words: what a passage is compared with a question by, beside the passage as a whole.
 * They ascend, do not overlap and hold every visible character. A text of one window gives that one.
 */
export function splitWindows(text: string): Span[] {
  const windows: { start: number; end: number; words: number }[] = [];
  for (const sentence of splitSentences(text).flatMap((span) => cutLong(text, span))) {
    const words = countWords(text.slice(sentence.start, sentence.end));
    const last = windows.at(-1);
    if (last && last.words + words <= windowWords) {
      last.end = sentence.end;
      last.words += words;
    } else windows.push({ ...sentence, words });
  }
  const [before, last] = windows.slice(-2);
  if (before && last && last.words < fewestWords) {
    before.end = last.end;
    windows.pop();
  }
  return windows.map(({ start, end }) => ({ start, end }));
}

function cutLong(text: string, sentence: Span): Span[] {
  if (countWords(text.slice(sentence.start, sentence.end)) <= longestSentence) return [sentence];
  const spans: { start: number; end: number }[] = [];
  let words = 0;
  for (const match of text.slice(sentence.start, sentence.end).matchAll(piece)) {
    const start = sentence.start + match.index;
    const end = start + match[0].length;
    const size = countWords(match[0]);
    const last = spans.at(-1);
    if (last && words + size <= windowWords) {
      last.end = end;
      words += size;
    } else {
      spans.push({ start, end });
      words = size;
    }
  }
  return spans;
}

function countWords(text: string): number {
  const characters = text.match(cjk)?.length ?? 0;
  const spaced = characters > 0 ? text.replace(cjk, ' ') : text;
  return (spaced.match(/\S+/g)?.length ?? 0) + characters / charactersPerWord;
}
