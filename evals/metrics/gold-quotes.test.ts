import { expect, it } from 'vitest';
import { goldQuotesHeld } from './gold-quotes.ts';

const gold = { document: 'a.md', quote: 'Files are kept 30 days.', alternatives: [] };

it('finds a gold quote inside a longer quote of the same document, whatever its marks', () => {
  expect(goldQuotesHeld([{ document: 'a.md', text: 'Note: **Files** are\nkept 30 days. More.' }], [gold])).toBe(1);
});
it('does not take the words of another document', () => {
  expect(goldQuotesHeld([{ document: 'b.md', text: gold.quote }], [gold])).toBe(0);
});
it('gives the share that is held', () => {
  const other = { document: 'b.md', quote: 'Trials last 21 days.', alternatives: [] };
  expect(goldQuotesHeld([{ document: 'a.md', text: gold.quote }], [gold, other])).toBe(0.5);
});
it('is undefined without gold quotes', () => {
  expect(goldQuotesHeld([], [])).toBeNull();
});
it('takes another place that states the same', () => {
  const alternatives = [{ document: 'faq.md', quote: 'We keep files for 30 days.' }];
  expect(
    goldQuotesHeld([{ document: 'faq.md', text: 'We keep files for 30 days.' }], [{ ...gold, alternatives }]),
  ).toBe(1);
});
