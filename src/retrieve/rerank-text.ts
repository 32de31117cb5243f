import type { CountTokens } from '../models/embedder.ts';
import type { ScoredPassage } from './retrieve.ts';

/** With a question of some length, what the smallest cross-encoders read (512 tokens); below the 500 that Cohere bills as one document. */
const tokensPerText = 384;
const tokensOfHeader = 96;

/** What a reranker reads of a passage: title > headings, then the text, at most 384 tokens. */
export function rerankText(
  { title, headingPath, text }: Pick<ScoredPassage, 'title' | 'headingPath' | 'text'>,
  countTokens: CountTokens,
): string {
  const names = [title, ...headingPath.filter((heading) => heading !== title)].filter((name) => name !== '');
  const header = cutToTokens(names.join(' > '), tokensOfHeader, countTokens);
  return cutToTokens(header === '' ? text : `${header}\n${text}`, tokensPerText, countTokens);
}

/** The longest beginning of the text, up to a white space, that has at most `limit` tokens; a longer first word is cut where it fits. */
export function cutToTokens(text: string, limit: number, countTokens: CountTokens): string {
  // No token is shorter than a character, so a text that is no longer than the limit fits.
  if (text.length <= limit || countTokens(text) <= limit) return text;
  const ends = [...text.matchAll(/\s+/g)].map(({ index }) => index).filter((index) => index > 0);
  const fitting = lastFitting(ends, (end) => countTokens(text.slice(0, end)) <= limit);
  if (fitting !== null) return text.slice(0, fitting);
  const characters = [...text.slice(0, ends[0])];
  const count = lastFitting([...characters.keys()], (end) => countTokens(characters.slice(0, end).join('')) <= limit);
  return characters.slice(0, count ?? 0).join('');
}

/** The last of the ascending values that fits, where each below a fitting one fits too; null when none does. */
function lastFitting(values: readonly number[], fits: (value: number) => boolean): number | null {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(values[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return values[low - 1] ?? null;
}
