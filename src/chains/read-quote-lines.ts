import type { QuoteClaim } from './quotes/verify-quote.ts';

export interface QuoteReader {
  /** Claims that are complete after this piece of the reply. */
  push(text: string): QuoteClaim[];
  /** Claims of what is left at the end of the reply. */
  finish(): QuoteClaim[];
}

const line = /^\W{0,6}?(?:(?:passage|quote|source)\s*)?[[(【]?\s*(\d{1,3})\s*[\])】.:]+[\s:.*_–—-]*(.+)$/isu;
const openingMarks = '"“„«';
const closingMarks = /["”“»]\s*[.,;]?\s*(?:\[\d+\])?$/;
const none = /^\W*none\W*$/i;
/** A quote that goes on over more lines than this was never closed. */
const longestQuoteLines = 12;
const longestLine = 10_000;

/**
 * Reads `[passage number] "quote"` lines while they arrive. Lenient about what models do around them: bullets, emphasis,
 * other brackets, quotes over several lines, missing quote marks. Lines that name no passage are claims without one
 * when they are in quote marks, else they are left out.
 */
export function createQuoteLineReader(): QuoteReader {
  let buffer = '';
  let open: string[] = [];
  const takeLine = (text: string): QuoteClaim[] => {
    const whole = [...open, text].join('\n').trim();
    if (isOpen(whole) && open.length < longestQuoteLines) {
      open.push(text);
      return [];
    }
    open = [];
    return toClaims(whole);
  };
  return {
    push(text) {
      buffer += text;
      const lines = buffer.split('\n');
      buffer = (lines.pop() ?? '').slice(0, longestLine);
      return lines.flatMap(takeLine);
    },
    finish() {
      const rest = [...open, buffer].join('\n').trim();
      open = [];
      buffer = '';
      return toClaims(rest);
    },
  };
}

function toClaims(text: string): QuoteClaim[] {
  if (text === '' || none.test(text)) return [];
  const match = line.exec(text);
  if (match) return claim(Number(match[1]) - 1, match[2] ?? '');
  return openingMarks.includes(text.charAt(0)) ? claim(null, text) : [];
}

function claim(passage: number | null, text: string): QuoteClaim[] {
  const quote = text
    .trim()
    .replace(/^["“„«]+|["”“»]+\s*[.,;]?\s*(?:\[\d+\])?$/g, '')
    .trim();
  return quote === '' ? [] : [{ text: quote, passage }];
}

/** True when a quote was begun with a quote mark and not ended with one. */
function isOpen(text: string): boolean {
  const body = (line.exec(text)?.[2] ?? text).trim();
  return openingMarks.includes(body.charAt(0)) && body !== '' && !(body.length > 1 && closingMarks.test(body));
}
