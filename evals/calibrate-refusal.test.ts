import { expect, test } from 'vitest';
import { createRandom } from '../src/domain/random.ts';
import { calibrateRefusal, type JudgedQuestion } from './calibrate-refusal.ts';

const random = createRandom(7);
const questions: JudgedQuestion[] = Array.from({ length: 400 }, (_, index) => {
  const answerable = index % 2 === 0;
  const probability = answerable ? 0.6 * random.next() : 0.3 + 0.7 * random.next();
  return { category: index % 4 < 2 ? 'paraphrase' : 'other', answerable, probability };
});

test('refuses as many answerable questions as asked for, and says with which uncertainty', () => {
  const { threshold, answerable, unanswerable, heldOut } = calibrateRefusal(questions, 0.1);
  expect([answerable, unanswerable]).toEqual([200, 200]);
  const refused = questions.filter((one) => one.answerable && (one.probability ?? 1) > threshold);
  expect(refused.length / 200).toBeLessThanOrEqual(0.1);
  expect(refused.length / 200).toBeGreaterThan(0.08);
  expect(heldOut.overRefusal?.lower).toBeLessThanOrEqual(0.1);
  expect(heldOut.overRefusal?.upper).toBeGreaterThanOrEqual(0.1);
  // Probabilities of the others are even over .3 to 1, so that about two thirds stand above .54.
  expect(heldOut.refused?.mean).toBeGreaterThan(0.55);
  expect(Object.keys(heldOut.categories).sort()).toEqual(['other', 'paraphrase']);
  expect(heldOut.thresholds[0]).toBeLessThanOrEqual(heldOut.thresholds[1]);
});

test('a lower rate gives a higher threshold', () => {
  expect(calibrateRefusal(questions, 0.05).threshold).toBeGreaterThan(calibrateRefusal(questions, 0.2).threshold);
});

test('what was refused before it could be judged counts as refused at any threshold', () => {
  const unjudged = questions.map((one) => (one.answerable ? one : { ...one, probability: null }));
  expect(calibrateRefusal(unjudged, 0.1).heldOut.refused?.mean).toBe(1);
});

test('too few answerable questions are an error that says how many are needed', () => {
  const few = questions.slice(0, 40);
  expect(() => calibrateRefusal(few, 0.05)).toThrow(
    expect.objectContaining({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'queries.jsonl', expected: expect.stringContaining('at least 25'), received: '20' }],
    }),
  );
});
