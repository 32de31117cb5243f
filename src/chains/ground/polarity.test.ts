import { describe, expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { contradictedTerm, polarityOf } from './polarity.ts';
import { readEvidence } from './read-evidence.ts';
import { scoreGroundedness, withholdingOf } from './score-groundedness.ts';

const weightsFor = (sample: string) => createTermWeights({ lookUp: null, tenant: 'ten_test', sample });

function contradicted(sentence: string, evidence: string): string | null {
  const { terms } = weightsFor(evidence);
  return contradictedTerm(polarityOf(sentence, terms(sentence)), polarityOf(evidence, terms(evidence)));
}

test.each([
  ['Guests cannot read shared folders.', 'Guests can read shared folders.'],
  ['Guests can’t read shared folders.', 'Guests can read shared folders.'],
  ['Guests can read shared folders.', 'Guests can never read shared folders.'],
  ['It works without a password.', 'It works with a password.'],
])('%s contradicts: %s', (sentence, evidence) => {
  expect(contradicted(sentence, evidence)).not.toBeNull();
});

test.each([
  ['Guests cannot read shared folders.', 'Shared folders cannot be read by guests.'],
  ['Guests can read shared folders.', 'Guests can read shared folders, but not delete them.'],
  ['Is it so? No. Guests can read shared folders.', 'Guests can read shared folders.'],
])('%s does not contradict: %s', (sentence, evidence) => {
  expect(contradicted(sentence, evidence)).toBeNull();
});

describe('a word that the quotes have with a negation and, elsewhere, without one', () => {
  const both = 'Shipping costs are not refunded. Annual plans are refunded in full.';
  const rows = 'Audit log, no, yes\nA member of Team can have 20 active links';
  test.each([
    ['Shipping costs are refunded.', both, false],
    ['Annual plans are not refunded in full.', both, false],
    ['Shipping costs are refunded and annual plans are refunded in full.', both, true],
    ['Shipping costs are not refunded.', both, true],
    ['Annual plans are refunded in full, but shipping costs are not refunded.', both, true],
    ['A member of Team can have 20 active links', `No active links are needed\n${rows}`, true],
  ])('%s', (sentence, evidence, isShown) => {
    const weights = weightsFor(evidence);
    const result = scoreGroundedness({ sentence, evidence: readEvidence([evidence], weights), given: [], weights });
    expect(withholdingOf(result) === null).toBe(isShown);
  });
});
