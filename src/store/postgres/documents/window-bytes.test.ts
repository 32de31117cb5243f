import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeWindows, encodeWindows } from './window-bytes.ts';

it('keeps places exactly and each value within half an integer step', () => {
  const vector = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  const window = fc.record({
    startFromEnd: fc.nat(1_000),
    endFromEnd: fc.nat(1_000),
    vector: vector.map((values) => Float32Array.from(values)),
  });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 4 }), (windows) => {
      const text = `${'x'.repeat(1_000)}\n`;
      const decoded = decodeWindows(encodeWindows(windows, 3), text, 3);
      expect(decoded.map(({ start, end }) => ({ start, end }))).toEqual(
        windows.map(({ startFromEnd, endFromEnd }) => ({ start: 1_000 - startFromEnd, end: 1_000 - endFromEnd })),
      );
      for (const [index, { vector: read, scale }] of decoded.entries())
        for (const [dimension, value] of windows[index]?.vector.entries() ?? [])
          expect(Math.abs((read[dimension] ?? 0) * scale - value)).toBeLessThanOrEqual(scale * 0.5001 + 1e-7);
    }),
  );
});

it('cuts off what lies before the text: the header row that a continued table is embedded with', () => {
  const bytes = encodeWindows([{ startFromEnd: 20, endFromEnd: 4, vector: Float32Array.of(1) }], 1);
  expect(decodeWindows(bytes, 'ten chars.', 1)).toMatchObject([{ start: 0, end: 6 }]);
});
