import { expect, it } from 'vitest';
import { readEvidence } from './read-evidence.ts';

it('reads numbers and negations of several texts once, whoever asks, and numbers at their places in all', () => {
  const evidence = readEvidence(['It takes 5 days.', 'It is not 7 weeks.'], { language: 'en' });
  expect(evidence.quantities).toBe(evidence.quantities);
  expect(evidence.polarity).toBe(evidence.polarity);
  expect(evidence.quantities.map(({ start }) => evidence.text[start])).toEqual(['5', '7']);
});
