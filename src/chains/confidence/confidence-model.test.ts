import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalSides } from '../refuse/refusal-features.ts';
import fit from './confidence-fit.json' with { type: 'json' };
import { ConfidenceFit, confidenceOf } from './confidence-model.ts';

test('the committed fit says when and from what it was made', () => {
  const { fittedAt, dataHash, answers, curves } = ConfidenceFit.parse(fit);
  expect(fittedAt).toMatch(/^\d{4}-/);
  expect(dataHash).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(answers).toBeGreaterThanOrEqual(100);
  for (const curve of Object.values(curves)) {
    const shares = curve.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(new Set(shares).size).toBeGreaterThan(1);
  }
});

const probability = fc.double({ min: 0, max: 1, noNaN: true });

test('confidence stays in [0, 1], and falls with the doubt and with what is not grounded', () => {
  fc.assert(
    fc.property(
      probability,
      probability,
      probability,
      fc.constantFrom(...refusalSides),
      (one, other, groundedness, side) => {
        const of = (refusalProbability: number, share = groundedness) =>
          confidenceOf({ refusalProbability, groundedness: share, side });
        expect(of(one)).toBeGreaterThanOrEqual(0);
        expect(of(one)).toBeLessThanOrEqual(1);
        expect(of(Math.min(one, other))).toBeGreaterThanOrEqual(of(Math.max(one, other)));
        expect(of(one, groundedness / 2)).toBeLessThanOrEqual(of(one));
      },
    ),
  );
});
