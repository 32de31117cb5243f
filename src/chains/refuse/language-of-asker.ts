import { guessLanguage } from '../../models/sparse/languages.ts';

/** Scripts that tell the language of a question without function words; kana first, because Japanese has Han too. */
const scripts: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{scx=Hiragana}\p{scx=Katakana}]/u],
  ['zh', /\p{scx=Han}/u],
  ['ar', /\p{sc=Arabic}/u],
];
/** A name in another script does not make a question of that language. */
const leastShare = 0.3;

/** ISO 639 code: of the locale (BCP 47), or without one the language that the question is most likely in. */
export function languageOfAsker(locale: string | null, question: string): string {
  const asked = locale?.toLowerCase().split(/[-_]/)[0];
  if (asked) return asked;
  const letters = question.match(/\p{L}/gu) ?? [];
  const script = scripts.find(
    ([, letter]) => letters.filter((character) => letter.test(character)).length > leastShare * letters.length,
  );
  return script?.[0] ?? guessLanguage(question).code;
}
