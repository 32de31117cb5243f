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

/** More than the tokens of any written language have on average; bounds what is looked at of a text without end. */
const mostCharactersPerToken = 10;
/** A longer piece without white space is no word to keep whole: a script without spaces, or an address. */
const longestWord = 24;

/** The beginning of the text that has at most `limit` tokens, cut between words. Counts of pieces add up (see `createTokenCounter`). */
export function cutToTokens(text: string, limit: number, countTokens: CountTokens): string {
  // No token is shorter than a character, so a text that is no longer than the limit fits.
  if (text.length <= limit) return text;
  const looked = withoutHalf(text.slice(0, limit * mostCharactersPerToken));
  let room = limit;
  let end = 0;
  for (const { 0: piece, index } of looked.matchAll(/\S+/g)) {
    const tokens = countTokens(piece);
    if (tokens > room)
      return looked.slice(0, piece.length > longestWord ? index + fitting(piece, room, countTokens) : end);
    room -= tokens;
    end = index + piece.length;
  }
  return looked;
}

/** How many characters of a piece that is too long have at most `room` tokens; by its average, so that it is not counted over and over. */
function fitting(piece: string, room: number, countTokens: CountTokens): number {
  let start = piece;
  for (let tokens = countTokens(start); tokens > room; tokens = countTokens(start))
    start = withoutHalf(start.slice(0, Math.min(start.length - 1, Math.floor((start.length * room) / tokens))));
  return start.length;
}

/** A cut may fall between the two halves of a character. */
function withoutHalf(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
