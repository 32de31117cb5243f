const wordsAtEnds = 5;

/**
 * The address of a page with a text fragment that leads a browser to the quote (WICG scroll-to-text-fragment).
 * Addresses other than http and https, and those that have a fragment, stay as they are.
 */
export function withTextFragment(uri: string | null, quote: string): string | null {
  if (uri === null || !/^https?:/i.test(uri) || uri.includes('#')) return uri;
  const words = quote.trim().split(/\s+/);
  const encode = (part: readonly string[]) => encodeURIComponent(part.join(' ')).replaceAll('-', '%2D');
  const isShort = words.length <= 2 * wordsAtEnds;
  const text = isShort ? encode(words) : `${encode(words.slice(0, wordsAtEnds))},${encode(words.slice(-wordsAtEnds))}`;
  return `${uri}#:~:text=${text}`;
}
