import { describe, expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { readEvidence } from './read-evidence.ts';
import { scoreGroundedness, withholdingOf } from './score-groundedness.ts';

const quote = 'Deleted files are kept for 60 days on every plan and can be restored by their owner.';

function score(sentence: string, evidence: readonly string[] = [quote], given: readonly string[] = []) {
  const weights = createTermWeights({ lookUp: null, tenant: 'ten_test', sample: evidence.join(' ') });
  return scoreGroundedness({ sentence, evidence: readEvidence(evidence, weights), given, weights });
}

test('the quote itself and a close paraphrase are supported', () => {
  expect(score(quote)).toMatchObject({ label: 'supported', reasons: [], contributions: {} });
  expect(score(quote).score).toBeGreaterThan(0.99);
  expect(score('On every plan, the owner can restore deleted files for sixty days [1].').label).toBe('supported');
});

test('a sentence about something else is not', () => {
  expect(score('Invoices are sent to the billing address each month.')).toMatchObject({ label: 'unsupported' });
});

test.each([
  'Deleted files are kept for 90 days on every plan.',
  'Deleted files are kept for 60 hours on every plan.',
  'Deleted files are kept for 6 days on every plan.',
])('a number or unit that no quote states is never supported: %s', (sentence) => {
  const result = score(sentence);
  expect(result.reasons).toContain('number-mismatch');
  expect(withholdingOf(result)).toBe('number-mismatch');
});

test.each([
  ['Deleted files are not kept for 60 days on every plan.', quote],
  ['Guests can share sealed folders with other guests.', 'Guests cannot share sealed folders with other guests.'],
])('the opposite of the quote is not supported: %s', (sentence, evidence) => {
  const result = score(sentence, [evidence]);
  expect(result.reasons).toContain('opposite-polarity');
  expect(withholdingOf(result)).toBe('not-supported');
});

test('a negation that the quote has too is no contradiction', () => {
  const evidence = 'Guests cannot share sealed folders, but members can share any folder.';
  expect(score('Guests cannot share sealed folders.', [evidence]).reasons).toEqual([]);
});

test('a name that stands nowhere lowers the score', () => {
  const known = score('Every plan keeps deleted files, and the owner can restore them.');
  const unknown = score('Every Ravenna plan keeps deleted files, and the owner can restore them.');
  expect(unknown.reasons).toContain('unknown-name');
  expect(unknown.score).toBeLessThan(known.score);
});

test('words of the question count neither for nor against', () => {
  const question = 'Is there a recycle bin in Kestrel?';
  const sentence = 'In Kestrel, deleted files are kept in a recycle bin for 60 days.';
  expect(score(sentence, [quote], [question]).score).toBeGreaterThan(score(sentence).score);
});

test('what says nothing that could be checked is not supported', () => {
  expect(score('Yes, it is.')).toMatchObject({ label: 'unsupported', reasons: ['nothing-to-check'] });
});

describe('the score', () => {
  test('uses the best two pieces of evidence together', () => {
    const evidence = ['Teams can have 50 members.', 'Weather is nice.', 'Owners pay by card.'];
    expect(score('Teams can have 50 members and owners pay by card.', evidence).contributions).not.toHaveProperty(
      'uncovered',
    );
  });
});
