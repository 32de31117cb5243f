import { expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { preferReviewed } from './prefer-reviewed.ts';

const question = 'How long are files kept?';
const reviewed = { id: 'cur_1', question, variants: [], sources: [], validUntil: null };
const best = scoredPassage({ id: 'psg_best', text: 'Files are kept for 30 days.', score: 0.8 });
const curated = scoredPassage({ id: 'psg_reviewed', text: 'For 30 days.', score: 0.4, reviewed });

it('puts the reviewed answer to the very question first, and says what it gained', () => {
  const [first, second] = preferReviewed([best, curated], question);
  expect([first?.id, second]).toEqual(['psg_reviewed', best]);
  expect(first?.score).toBeCloseTo(0.9);
  expect(first?.steps.at(-1)).toMatchObject({ step: 'reviewed', contributions: { reviewed: expect.closeTo(0.5) } });
});

it('stays first beside a passage with the highest score that there is', () => {
  const certain = { ...best, score: 1 };
  expect(preferReviewed([certain, curated], question).map(({ id, score }) => [id, score])).toEqual([
    ['psg_reviewed', 1],
    ['psg_best', 1],
  ]);
});

it('changes nothing for another question, or without a reviewed answer', () => {
  const found = [best, curated];
  expect(preferReviewed(found, 'How long are deleted files kept?')).toBe(found);
  expect(preferReviewed([best], question)).toEqual([best]);
});
