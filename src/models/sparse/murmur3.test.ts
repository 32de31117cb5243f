import { expect, it } from 'vitest';
import { murmur3, termId } from './murmur3.ts';

it.each([
  ['', 0],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('hashes %j as the reference does', (text, expected) => {
  expect(murmur3(text) >>> 0).toBe(expected);
});

it('gives term ids that are not negative', () => {
  for (let index = 0; index < 1000; index += 1) expect(termId(`term ${index}`)).toBeGreaterThanOrEqual(0);
});
