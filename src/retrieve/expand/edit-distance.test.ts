import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { editDistance } from './edit-distance.ts';

test.each([
  ['refund', 'refund', 0],
  ['refnud', 'refund', 1],
  ['refun', 'refund', 1],
  ['reffund', 'refund', 1],
  ['refumd', 'refund', 1],
  ['rfeudn', 'refund', 2],
  ['', 'ab', 2],
  ['invoice', 'refund', 3],
])('from %s to %s are %i', (one, other, distance) => expect(editDistance(one, other, 2)).toBe(distance));

const word = fc.string({ unit: fc.constantFrom(...'abcd'), maxLength: 8 });

it('is symmetric, 0 for equal words only, at most the longer length, and cut off above the limit', () => {
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 4 }), (one, other, most) => {
      const whole = editDistance(one, other, 100);
      expect(editDistance(other, one, 100)).toBe(whole);
      expect(whole === 0).toBe(one === other);
      expect(whole).toBeLessThanOrEqual(Math.max(one.length, other.length));
      expect(editDistance(one, other, most)).toBe(Math.min(whole, most + 1));
    }),
  );
});
