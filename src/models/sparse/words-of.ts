const word = new RegExp(
  String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]|` +
    String.raw`[[\p{L}\p{N}\p{M}]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]]+(?:['’]\p{L}+)*`,
  'gv',
);

/** What `word` finds where no character is beyond ASCII, at half the time. */
const plainWord = /[a-z0-9]+(?:'[a-z]+)*/g;
const beyondAscii = /[^\0-\x7f]/;

export const isPlainAscii = (text: string): boolean => !beyondAscii.test(text);

/** Every word of a text in lower case, in order, function words too; each character of Chinese, Japanese and Korean. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase().replaceAll('’', "'");
  return lower.match(isPlainAscii(lower) ? plainWord : word) ?? [];
}
