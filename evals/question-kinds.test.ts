import { expect, it } from 'vitest';
import { kindsOf } from './question-kinds.ts';

it.each([
  ['How many seats has Starter?', null, ['begins how many', 'length short']],
  [
    'getUserById returns 404',
    'code',
    ['category code', 'begins otherwise', 'length short', 'with a number', 'with an identifier'],
  ],
  [
    'Which of the plans that were sold before 2020 can still be renewed by a reseller?',
    null,
    ['begins which', 'length long', 'with a number'],
  ],
])('%s', (text, category, kinds) => expect(kindsOf({ text, category })).toEqual(kinds));
