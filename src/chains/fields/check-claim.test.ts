import { describe, expect, test } from 'vitest';
import type { WantedField } from '../../domain/object-schema.ts';
import { toQuoteText } from '../quotes/quote-text.ts';
import { checkClaim } from './check-claim.ts';
import type { FieldClaim } from './fields-with-model.ts';

const passage =
  'Refunds of annual plans take five working days. Write to billing@kestrel.example or to Ada Byron, who decides.';
const sources = [toQuoteText(passage)];
const days: WantedField = { name: 'days', type: 'integer', description: 'days' };
const text: WantedField = { name: 'who', type: 'string' };
const refunds = 'Refunds of annual plans take five working days.';
const write = 'Write to billing@kestrel.example or to Ada Byron, who decides.';

function check(field: WantedField, value: FieldClaim['value'], quote: string, reason: FieldClaim['reason'] = null) {
  return checkClaim(field, { value, quotes: [{ passage: 0, text: quote }], reason }, sources);
}

describe('checkClaim', () => {
  test('keeps a value that stands in a quote that stands in its passage', () => {
    expect(check(days, 5, refunds)).toEqual({
      value: 5,
      quotes: [{ passage: 0, start: 0, end: refunds.length }],
      rejected: [],
      reason: null,
    });
    expect(check(text, 'Ada Byron', write).value).toBe('Ada Byron');
    expect(check({ ...text, format: 'email' }, 'billing@kestrel.example', write).value).toBe('billing@kestrel.example');
    expect(check({ ...text, enum: ['annual', 'monthly'] }, 'annual', refunds).value).toBe('annual');
    expect(check({ name: 'isSlow', type: 'boolean' }, true, refunds).value).toBe(true);
  });

  test.each<[string, WantedField, FieldClaim['value'], string, string]>([
    ['a number that the quote does not state', days, 7, refunds, 'no-evidence'],
    ['a number with another unit', { name: 'count', type: 'integer', description: 'weeks' }, 5, refunds, 'no-evidence'],
    ['a text that the quote does not hold', text, 'Grace Hopper', write, 'no-evidence'],
    ['an option that is not stated', { ...text, enum: ['annual', 'monthly'] }, 'monthly', refunds, 'no-evidence'],
    ['an option that was not given', { ...text, enum: ['monthly'] }, 'annual', refunds, 'wrong-type'],
    ['a number as text', days, '5', refunds, 'wrong-type'],
    [
      'a boolean without a quote that aligns',
      { name: 'isSlow', type: 'boolean' },
      true,
      'It is very slow indeed.',
      'no-evidence',
    ],
  ])('makes null of %s', (_name, field, value, quote, reason) => {
    expect(check(field, value, quote)).toMatchObject({ value: null, quotes: [], reason });
  });

  test('rejects an altered quote and gives its value up', () => {
    const altered = refunds.replace('five', 'six');
    expect(check(days, 6, altered)).toMatchObject({
      value: null,
      rejected: [{ text: altered, reason: 'altered' }],
      reason: 'no-evidence',
    });
  });

  test('keeps the items of a list that stand in its quotes', () => {
    const list: WantedField = { name: 'contacts', type: 'array', items: { type: 'string' } };
    expect(check(list, ['Ada Byron', 'Grace Hopper'], write).value).toEqual(['Ada Byron']);
    expect(check(list, ['Grace Hopper'], write)).toMatchObject({ value: null, reason: 'no-evidence' });
  });

  test('takes the reason of the model, and a claim in no form as the wrong type', () => {
    expect(check(days, null, refunds, 'ambiguous')).toMatchObject({ value: null, reason: 'ambiguous' });
    expect(checkClaim(days, undefined, sources)).toMatchObject({ value: null, reason: 'wrong-type' });
  });
});
