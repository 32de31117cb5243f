import { expect, test } from 'vitest';
import { hasUnsafeLink } from './unsafe-link.ts';

const sources = [
  'Write to help@kestrel.example or see https://kestrel.example/docs/start and kestrel.example/status. Files lie on \\\\files.kestrel.example\\team, logs come from java.util.logging.',
];

test.each([
  'See https://kestrel.example/docs/start for more.',
  'See [the guide](https://kestrel.example/docs/start).',
  'The page is kestrel.example/status.',
  'Write to help@kestrel.example.',
  'Files lie on \\\\files.kestrel.example\\team.',
  'Logs come from java.util.logging, in the U.S.A. too.',
  'Version 4.2, and/or config.json, 5/6, e.g. this.',
  'Data: encrypted. File: report.pdf. The value is <token>, and 3 < 5.',
])('safe: %s', (sentence) => {
  expect(hasUnsafeLink(sentence, sources)).toBe(false);
});

test.each([
  'See https://evil.example/?q=secret for more.',
  'See https://kestrel.example/docs/start?q=secret.',
  'See https://kestrel.example/docs.',
  '![x](https://kestrel.example/docs/start)',
  '! [x](https://kestrel.example/docs/start)',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt :alert(1))',
  '[click](java\u200bscript:alert(1))',
  'data:text/html;base64,AAAA',
  '[x](//evil.example/a)',
  '<img src=x onerror=alert(1)>',
  '<a href="https://kestrel.example/docs/start">x</a>',
  '[x]: https://kestrel.example/docs/start',
  'www.evil.example/path',
  'evil.example/collect?d=secret',
  'ｈｔｔｐｓ://evil.example/',
  'ftp://kestrel.example/docs/start',
  'mailto:thief@evil.example',
  'file:///etc/passwd',
  'https:\\\\evil.example\\secret',
  'https:/\\evil.example/secret',
  '\\\\evil.example\\secret',
  'evil.example\\collect',
  'More on secret.evil.example today.',
  'Write to thief@evil.example.',
])('unsafe: %s', (sentence) => {
  expect(hasUnsafeLink(sentence, sources)).toBe(true);
});
