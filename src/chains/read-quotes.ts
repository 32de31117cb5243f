import { z } from 'zod';
import type { QuoteClaim } from './quotes/verify-quote.ts';
import { createQuoteLineReader, type QuoteReader } from './read-quote-lines.ts';

const ClaimObject = z.object({ passage: z.int().min(1).max(999), text: z.string().trim().min(1) });

/** The structure that a model is asked for where its server takes one. */
export const quotesSchema = {
  name: 'quotes',
  schema: z.toJSONSchema(z.object({ quotes: z.array(ClaimObject.extend({ text: z.string() })) })),
};

const beginsObjects = /^(?:```(?:json)?\s*)?(?:\{|\[\s*\{)/i;
/** What may still become the beginning of an object. */
const undecided = /^(?:`{0,3}|```j?s?o?n?\s*|(?:```(?:json)?\s*)?\[\s*)$/i;
const longestOpening = 100;
const longestObject = 10_000;

/** Reads quotes while they arrive: objects as `quotesSchema` has them, or lines (see `createQuoteLineReader`), whichever a reply begins with. */
export function createQuoteReader(): QuoteReader {
  let opening = '';
  let reader: QuoteReader | null = null;
  return {
    push(text) {
      if (reader) return reader.push(text);
      opening = (opening + text).trimStart();
      if (undecided.test(opening) && opening.length < longestOpening) return [];
      reader = beginsObjects.test(opening) ? createQuoteObjectReader() : createQuoteLineReader();
      return reader.push(opening);
    },
    finish() {
      if (reader) return reader.finish();
      const lines = createQuoteLineReader();
      return [...lines.push(opening), ...lines.finish()];
    },
  };
}

/** Takes each innermost object as soon as it is closed, so that half a reply gives what is whole in it. */
function createQuoteObjectReader(): QuoteReader {
  let object: string | null = null;
  let depth = 0;
  let isString = false;
  let isEscaped = false;
  const take = (character: string): QuoteClaim[] => {
    if (object !== null && object.length < longestObject) object += character;
    if (isString) {
      isString = isEscaped || character !== '"';
      isEscaped = !isEscaped && character === '\\';
    } else if (character === '{') {
      object = '{';
      depth += 1;
    } else if (character === '}') {
      const closed = object;
      object = null;
      depth = Math.max(0, depth - 1);
      return closed === null ? [] : toClaims(closed);
    } else isString = character === '"' && depth > 0;
    return [];
  };
  return { push: (text) => [...text].flatMap(take), finish: () => [] };
}

function toClaims(object: string): QuoteClaim[] {
  try {
    const claim = ClaimObject.safeParse(JSON.parse(object));
    return claim.success ? [{ passage: claim.data.passage - 1, text: claim.data.text }] : [];
  } catch {
    return [];
  }
}
