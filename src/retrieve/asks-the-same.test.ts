import { describe, expect, it } from 'vitest';
import { asksTheSame } from './asks-the-same.ts';

const curated = {
  question: 'How do I cancel my annual plan?',
  variants: ['Can an annual plan be ended early?', 'Wie kündige ich einen Jahrestarif?'],
};

describe('a question is the one of a curated answer', () => {
  it.each([
    'How do I cancel my annual plan?',
    'how can we cancel an ANNUAL plan',
    'How do I cancel annual plans?',
    'Can annual plans be ended early?',
    'Wie kündige ich einen Jahrestarif?',
  ])('%s', (question) => expect(asksTheSame(question, curated, 'en')).toBe(true));
});

describe('another question is not', () => {
  it.each([
    'How do I cancel my monthly plan?',
    'How do I cancel my plan?',
    'How do I cancel my annual team plan?',
    'Can an annual plan not be ended early?',
    'How do I plan my annual cancel?',
    'How do I?',
    '',
    '?',
  ])('%s', (question) => expect(asksTheSame(question, curated, 'en')).toBe(false));
});

it('a direction counts: the same words in another order ask something else', () => {
  const upgrade = { question: 'How do I move from Team to Starter?', variants: [] };
  expect(asksTheSame('How do I move from Team to Starter', upgrade, 'en')).toBe(true);
  expect(asksTheSame('How do I move from Starter to Team', upgrade, 'en')).toBe(false);
});
