import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { formatGate, type Gate, parseGate, requireGates } from './parse-gate.ts';

const name = fc.stringMatching(/^[A-Za-z][\w.@:-]{0,12}$/).filter((text) => text !== 'errorRate');
const subject = fc.record({
  metric: name,
  tag: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: null }),
  limit: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
});
const rising = fc.constantFrom('>=' as const, '>' as const);
const falling = fc.constantFrom('<=' as const, '<' as const);
const form = fc.oneof(
  fc.record({
    measure: fc.constantFrom('value' as const, 'p50' as const, 'p95' as const, 'delta' as const),
    comparison: fc.oneof(rising, falling),
    confidence: fc.constant(null),
  }),
  fc.record({ measure: fc.constant('min' as const), comparison: rising, confidence: fc.constant(null) }),
  fc.record({ measure: fc.constant('max' as const), comparison: falling, confidence: fc.constant(null) }),
  fc.record({
    measure: fc.constantFrom('delta' as const, 'lower' as const, 'upper' as const),
    comparison: fc.oneof(rising, falling),
    confidence: fc.integer({ min: 1, max: 999 }).map((permille) => permille / 1_000),
  }),
);

it('reads what it writes', () => {
  fc.assert(
    fc.property(subject, form, (one, other) => {
      const parts = { ...one, ...other };
      const { text: _text, kind: _kind, confidence, ...read } = parseGate(formatGate(parts));
      expect(read).toEqual({ ...one, measure: other.measure, comparison: other.comparison });
      if (other.confidence === null) expect(confidence).toBeNull();
      else expect(confidence).toBeCloseTo(other.confidence, 9);
    }),
  );
});

it('says of any other text that it is no gate, and never anything else', () => {
  const piece = fc.oneof(
    fc.constantFrom('min(', 'delta(', ')', '>=', '==', ' ', '[tag=', ']', '@', '95%', '0.5', '"', 'm'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      try {
        expect(parseGate(pieces.join('')).limit).not.toBeNaN();
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(error).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field: 'gate' }] });
      }
    }),
  );
});

const kinds: [string, Partial<Gate>][] = [
  ['groundednessMean >= 0.92', { kind: 'absolute', measure: 'value', metric: 'groundednessMean', limit: 0.92 }],
  ['p95(latency:total)<=2000', { kind: 'absolute', measure: 'p95', metric: 'latency:total', limit: 2000 }],
  ['delta(citationF1) >= -0.02 @ 95%', { kind: 'baseline', measure: 'delta', limit: -0.02, confidence: 0.95 }],
  ['delta(citationF1)>=-0.02', { kind: 'baseline', measure: 'delta', confidence: null }],
  ['lower( delta( citationF1 ) ) >= -.02 @ 90%', { kind: 'baseline', measure: 'lower', confidence: 0.9, limit: -0.02 }],
  ['recall@10[tag=billing] >= 0.9', { kind: 'tag', metric: 'recall@10', tag: 'billing' }],
  ['recall@10[tag="a ] b"] >= 0.9', { kind: 'tag', tag: 'a ] b' }],
  ['min(groundedness) >= 0.5', { kind: 'case', measure: 'min' }],
  ['fabricatedQuotes == 0', { kind: 'invariant', measure: 'value', limit: 0 }],
  ['errorRate <= 0.01', { kind: 'errors', limit: 0.01 }],
];
it.each(kinds)('reads %s', (text, gate) => {
  expect(parseGate(text)).toMatchObject({ text, ...gate });
});

it.each([
  'groundednessMean',
  'groundednessMean => 0.9',
  'groundednessMean >= high',
  'groundednessMean >= 0.9 @ 95%',
  'groundednessMean == 0.9',
  'min(groundedness) <= 0.5',
  'max(groundedness) > 0.5',
  'mean(groundedness) >= 0.5',
  'min(delta(groundedness)) >= 0.5',
  'delta(citationF1 >= 0',
  'delta(citationF1)) >= 0',
  'lower(citationF1) >= 0 @ 95%',
  'lower(delta(citationF1)) >= 0',
  'delta(citationF1) >= 0 @ 100%',
  'errorRate >= 0.1',
  'recall@10[tag="billing] >= 0.9',
])('refuses %s', (text) => {
  expect(() => parseGate(text)).toThrow(AppError);
});

it('requires metrics of the suite, before anything is asked', () => {
  expect(() => requireGates(['recall@5 >= 0.9', 'errorRate <= 0.1'], ['recall@5'])).not.toThrow();
  expect(() => requireGates(['delta(recall@10) >= 0'], ['recall@5'])).toThrow(AppError);
});
