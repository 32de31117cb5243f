import { describe, expect, test } from 'vitest';
import type { WantedField } from '../../domain/object-schema.ts';
import { readDates } from './read-dates.ts';
import { describedBy, statedValues } from './stated-values.ts';

const days: WantedField = { name: 'refundDays', type: 'integer', description: 'Days until the refund arrives' };
const plan: WantedField = { name: 'plan', type: 'string', enum: ['Team', 'Team Plus', 'Business'] };

describe('statedValues', () => {
  test.each<[WantedField, string, unknown[]]>([
    [days, 'A refund of 12 EUR takes five working days.', [5]],
    [days, 'A refund takes 2 weeks.', []],
    [days, 'A refund takes 5 to 10 business days.', [10]],
    [{ name: 'share', type: 'number' }, 'It is 1,250.5 of 3.', [1250.5, 3]],
    [{ name: 'seats', type: 'integer' }, 'It takes 2.5 of them.', []],
    [plan, 'It begins with the Team Plus plan.', ['Team Plus']],
    [plan, 'It is on team and Business.', ['Team', 'Business']],
    [plan, 'It is not on Team.', []],
    [plan, 'Teamwork is on every plan.', []],
    [
      { name: 'mail', type: 'string', format: 'email' },
      'Write to Billing@kestrel.example.',
      ['Billing@kestrel.example'],
    ],
    [
      { name: 'page', type: 'string', format: 'uri' },
      'See [it](https://a.example/b?c=1).',
      ['https://a.example/b?c=1'],
    ],
    [{ name: 'start', type: 'string', format: 'date' }, 'It began on 1 March 2026.', ['2026-03-01']],
    [{ name: 'backup', type: 'boolean' }, 'Computer backup: yes', [true]],
    [{ name: 'backup', type: 'boolean' }, 'Nobody has computer backup.', []],
  ])('of %o in “%s”', (field, text, values) => {
    expect(statedValues(field, text)).toEqual(values);
  });
});

test.each<[string, string[][]]>([
  ['2026-02-30 and 2026-2-3', [['2026-02-03']]],
  ['March 4th, 2026', [['2026-03-04']]],
  ['4. März 2026', [['2026-03-04']]],
  ['4.3.2026', [['2026-03-04']]],
  ['25/3/2026', [['2026-03-25']]],
  ['4/3/2026', [['2026-03-04', '2026-04-03']]],
  ['4 March', []],
  ['version 4.3.2026.1', []],
])('dates of “%s”', (text, dates) => {
  expect(readDates(text)).toEqual(dates);
});

test('a name is read as words', () => {
  expect(describedBy(days)).toBe('refund days: Days until the refund arrives');
  expect(describedBy({ name: 'net_price', type: 'number' })).toBe('net price');
});
