import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { findPersonalData } from './find-personal-data.ts';
import { createMask, restoreText } from './mask-personal-data.ts';

const hidden = (text: string) => createMask([]).hide(text);

test.each([
  ['Can ada.lovelace+x@mail.example.co.uk sign in?', 'Can [email 1] sign in?'],
  ['Write to jürgen@bücher.example.', 'Write to [email 1].'],
  ['My card 4111 1111 1111 1111 was charged twice.', 'My card [card 1] was charged twice.'],
  ['Card 5500-0000-0000-0004?', 'Card [card 1]?'],
  ['Card 378282246310005, is it taken?', 'Card [card 1], is it taken?'],
  ['Refund to DE89 3704 0044 0532 0130 00 please', 'Refund to [iban 1] please'],
  ['Refund to GB82WEST12345698765432 AND SOON', 'Refund to [iban 1] AND SOON'],
  ['Call me at +43 1 234 56 78 today', 'Call me at [phone 1] today'],
  ['Call (555) 123-4567 or 0664/1234567.', 'Call [phone 1] or [phone 2].'],
  ['Why is sk-proj-abcDEF1234567890abcd refused?', 'Why is [key 1] refused?'],
  ['AKIAIOSFODNN7EXAMPLE does not work', '[key 1] does not work'],
  ['Authorization: Bearer abcdefghijklmnop.qrst fails', 'Authorization: Bearer [key 1] fails'],
  ['password = hunter2hunter2 is refused', 'password = [key 1] is refused'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF-123 expired', '[key 1] expired'],
])('hides %s', (text, expected) => {
  expect(hidden(text)).toBe(expected);
});

test.each([
  'What changed between 2026-01-01 and 2026-12-31, in version 4.2.17?',
  'Error 0x80070005, ticket 4711-2231, ISO 27001, order 1234567890123456.',
  'Is 4111 1111 1111 1112 a card number? DE89 3704 0044 0532 0130 01 is no IBAN.',
  'Does it cost 1,000,000.00 EUR or 12 345 678 EUR a year?',
  'The field says password: required. Who may use @mentions? What is the password policy, and what is an API key?',
  'Is the address 192.168.100.200 or 10.0.0.1:8080? RFC 9457, pages 100-200.',
  'What does the SKU sk-12 stand for? And DE12 in the table?',
])('leaves alone: %s', (text) => {
  expect(findPersonalData(text)).toEqual([]);
});

describe('a mask', () => {
  it('names the same value alike, and others apart, also from those of earlier turns', () => {
    const mask = createMask(['Does [email 1] or [phone 2] work?']);
    expect(mask.values()).toEqual({});
    expect(mask.hide('a@x.example, b@x.example, a@x.example')).toBe('[email 3], [email 4], [email 3]');
    const values = { '[email 3]': 'a@x.example', '[email 4]': 'b@x.example' };
    expect(mask.values()).toEqual(values);
    expect(restoreText('Not [email 1] but [email 4] and [email 9].', values)).toBe(
      'Not [email 1] but b@x.example and [email 9].',
    );
  });

  it('restores whatever it hid, and leaves no value in what it hid', () => {
    const values = [
      'ada@x.example',
      '+43 1 2345678',
      '4111111111111111',
      'DE89370400440532013000',
      'ghp_0123456789abcdefABCDEF',
    ];
    const piece = fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'grapheme', maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join(' , ');
        fc.pre(!/\[(?:key|email|iban|card|phone) \d/.test(text));
        const mask = createMask([]);
        const masked = mask.hide(text);
        expect(restoreText(masked, mask.values())).toBe(text);
        for (const value of values) if (pieces.includes(value)) expect(masked).not.toContain(value);
      }),
    );
  });
});

test('takes time that grows with the length of hostile text, not faster', () => {
  const texts = [
    'a'.repeat(50_000),
    '1 '.repeat(25_000),
    'x@'.repeat(25_000),
    'a.'.repeat(25_000),
    'DE12'.repeat(12_000),
    'token:'.repeat(8_000),
  ];
  for (const text of texts) expect(findPersonalData(text).length).toBeLessThan(20_000);
}, 10_000);
