import type { QuoteRejection } from '../../domain/answer.ts';
import type { FieldAbsence, FieldValue, WantedField } from '../../domain/object-schema.ts';
import { alignQuote } from '../quotes/align-quote.ts';
import { type QuoteText, toQuoteText } from '../quotes/quote-text.ts';
import { type PassageQuote, verifyQuote } from '../quotes/verify-quote.ts';
import type { FieldClaim } from './fields-with-model.ts';
import { statedBy } from './stated-values.ts';

export interface CheckedClaim {
  readonly value: FieldValue | null;
  readonly quotes: readonly PassageQuote[];
  readonly rejected: readonly { readonly text: string; readonly reason: QuoteRejection }[];
  /** Null with a value. */
  readonly reason: FieldAbsence | null;
}

/**
 * Holds a claim to its quotes: those that align with a passage count, and only a value that stands in them. Of a list the items that do
 * are kept. That a boolean follows from its quotes is the model's word; that they stand in the sources is checked.
 */
export function checkClaim(
  field: WantedField,
  claim: FieldClaim | undefined,
  sources: readonly QuoteText[],
): CheckedClaim {
  const rejected: { text: string; reason: QuoteRejection }[] = [];
  const absent = (reason: FieldAbsence): CheckedClaim => ({ value: null, quotes: [], rejected, reason });
  if (!claim) return absent('wrong-type');
  if (claim.value === null) return absent(claim.reason ?? 'no-evidence');
  const value = typedValue(field, claim.value);
  if (value === null) return absent('wrong-type');
  const quotes = claim.quotes.flatMap(({ passage, text }) => {
    const named = passage !== null && sources[passage] ? passage : null;
    const verdict = verifyQuote({ text, passage: named }, sources);
    if (!verdict.verified) rejected.push({ text, reason: verdict.reason });
    return verdict.verified ? verdict.quotes : [];
  });
  const texts = quotes.map(({ passage, start, end }) => sources[passage]?.original.slice(start, end) ?? '');
  const held = heldValue(field, value, texts);
  if (held === null) return absent('no-evidence');
  const isHolding = (text: string) => heldValue(field, held, [text]) !== null;
  const holding = quotes.filter((_, index) => isHolding(texts[index] ?? ''));
  return { value: held, quotes: holding, rejected, reason: null };
}

/** The value when it is of the field's type; null when it is not. */
function typedValue(field: WantedField, value: FieldValue): FieldValue | null {
  switch (field.type) {
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'integer':
      return Number.isInteger(value) ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'array':
      return Array.isArray(value) ? value : null;
    case 'string':
      return typeof value === 'string' && (field.enum?.includes(value) ?? true) ? value : null;
  }
}

/** As much of the value as stands in the texts; null when nothing does. */
function heldValue(field: WantedField, value: FieldValue, texts: readonly string[]): FieldValue | null {
  if (texts.length === 0) return null;
  if (field.type === 'boolean') return value;
  if (Array.isArray(value)) {
    const items = value.filter((item) => texts.some((text) => stands(item, text)));
    return items.length > 0 ? items : null;
  }
  const hasForm = field.type !== 'string' || field.enum !== undefined || field.format !== undefined;
  const isHeld = texts.some((text) =>
    hasForm ? statedBy(field, [{ text }]).includes(value) : stands(String(value), text),
  );
  return isHeld ? value : null;
}

function stands(value: string, text: string): boolean {
  return /[\p{L}\p{N}]/u.test(value) && alignQuote(value, toQuoteText(text)) !== null;
}
