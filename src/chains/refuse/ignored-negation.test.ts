import { expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { ignoredNegation } from './ignored-negation.ts';

const weights = createTermWeights({ lookUp: null, tenant: 'ten_1', sample: 'The documents are written in English.' });

test.each([
  ['Which plans do not include guests?', 'The Team plan includes guests.', 1],
  ['Which plans do not include guests?', 'The Starter plan does not include guests.', 0],
  ['Who may never restore files?', 'Owners may restore files.', 1],
  ['What happens if I do not pay?', 'You pay within 14 days.', 0],
  ['Why can I not sign in?', 'You can sign in with a code.', 0],
  ['Which plans include guests?', 'The Team plan includes guests.', 0],
])('%s against: %s', (question, evidence, expected) =>
  expect(ignoredNegation(question, evidence, weights)).toBe(expected),
);
