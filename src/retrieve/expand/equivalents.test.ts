import { expect, it, test } from 'vitest';
import { replaceEquivalents } from './equivalents.ts';

const groups = [
  { reason: 'glossary' as const, forms: ['PTO', 'paid time off', 'holidays'] },
  { reason: 'acronym' as const, forms: ['IT', 'information technology'] },
];
const anything = async () => true;

test.each([
  ['How much PTO do I have?', 'How much paid time off do I have?'],
  ['How many Holidays do I have?', 'How many PTO do I have?'],
  ['Is it on?', 'Is it on?'],
  ['Is IT on call?', 'Is information technology on call?'],
  ['Which PTOs are there?', 'Which PTOs are there?'],
  ['Does IT have PTO?', 'Does information technology have paid time off?'],
])('%s', async (question, searched) => {
  expect((await replaceEquivalents(question, groups, { isKnown: anything })).searched).toBe(searched);
});

it('takes the first form that the documents have, and none when they have none', async () => {
  const only = (wanted: string) => async (text: string) => text === wanted;
  expect((await replaceEquivalents('PTO?', groups, { isKnown: only('holidays') })).changes).toEqual([
    { from: 'PTO', to: 'holidays', reason: 'glossary' },
  ]);
  expect((await replaceEquivalents('PTO?', groups, { isKnown: only('vacation') })).changes).toEqual([]);
});

it('does not undo what another entry did', async () => {
  const circle = [...groups, { reason: 'acronym' as const, forms: ['paid time off', 'PTO'] }];
  expect((await replaceEquivalents('PTO?', circle, { isKnown: anything })).searched).toBe('paid time off?');
});

it('leaves what some passage has alone when only unknown words are asked for', async () => {
  const isKnown = async (text: string) => text !== 'PTO';
  const options = { isKnown, onlyUnknown: true };
  expect((await replaceEquivalents('PTO in IT?', groups, options)).searched).toBe('paid time off in IT?');
});
