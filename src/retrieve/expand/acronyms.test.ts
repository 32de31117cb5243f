import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { acronymsOf, longFormOf } from './acronyms.ts';

test.each([
  ['Use single sign-on (SSO) to sign in.', 'SSO', 'single sign-on'],
  ['Ask for paid time off (PTO) early.', 'PTO', 'paid time off'],
  ['It runs in a demilitarised zone (DMZ).', 'DMZ', 'demilitarised zone'],
  ['Signed by a hash-based message authentication code (HMAC).', 'HMAC', 'hash-based message authentication code'],
  ['The SLA (service level agreement) is part of it.', 'SLA', 'service level agreement'],
  [
    'Das Bundesamt für Sicherheit in der Informationstechnik (BSI) sagt',
    'BSI',
    'Bundesamt für Sicherheit in der Informationstechnik',
  ],
])('learns from %s', (text, short, long) => expect(acronymsOf(text)).toEqual([{ short, long }]));

test.each([
  'Sign in (SSO).',
  'Choose a plan (see below) and pay (in EUR) at once.',
  'The limit (50 GB) holds. Single letters (A) name nothing.',
  'SSO uses SSO (SSO).',
  'Sent on Monday. Others (SOM) differ.',
  'An API (the one for partners) exists.',
])('learns nothing from %s', (text) => expect(acronymsOf(text)).toEqual([]));

const word = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 2, maxLength: 10 });

it('finds a long form wherever the initials of the last words are the short form', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 2, maxLength: 6 }), fc.array(word, { maxLength: 5 }), (words, before) => {
      fc.pre(!words.some((entry) => entry.length === words.length));
      const short = words.map((entry) => entry.charAt(0).toUpperCase()).join('');
      const text = [...before, ...words].join(' ');
      const long = longFormOf(short, text);
      expect(long).not.toBeNull();
      // Whole words at the end of the text; fewer than the initials ask for when they hold all letters.
      expect(` ${text}`.endsWith(` ${long}`)).toBe(true);
      expect(words.join(' ').length).toBeGreaterThanOrEqual(long?.length ?? 0);
    }),
  );
});

it('gives long forms that stand in the text, hold the letters in order and are longer than the short form', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(word, fc.constantFrom('(SSO)', '(AB)', 'A-b', '.', '(', ')')), { maxLength: 30 }),
      (parts) => {
        const text = parts.join(' ');
        for (const { short, long } of acronymsOf(text)) {
          expect(text).toContain(long);
          expect(long.length).toBeGreaterThan(short.length);
          const letters = [...short.toLowerCase()].filter((letter) => /[\p{L}\p{N}]/u.test(letter));
          expect(long.toLowerCase()).toMatch(new RegExp(`^${letters.join('.*')}`));
        }
      },
    ),
  );
});

it('reads hostile text in no time', () => {
  const text = `${'('.repeat(50_000)}${'A '.repeat(50_000)}(AAAAAAAAAA)${'(A'.repeat(50_000)}`;
  expect(acronymsOf(text).length).toBeLessThanOrEqual(1);
});
