import { expect, test } from 'vitest';
import { createTermWeights } from '../evidence/term-weights.ts';
import { measuresOf } from './measures.ts';

const { terms } = createTermWeights({ lookUp: null, tenant: 'ten_test', sample: 'the of and to in is that for it' });

test.each<[string, Record<string, [string, string][]>]>([
  ['Files are kept for 60 days.', { day: [['60', '60 days']] }],
  ['It accepts 1,200 requests a minute.', { 'request/minute': [['1200', '1,200 requests a minute']] }],
  ['It accepts 50 requests per hour.', { 'request/hour': [['50', '50 requests per hour']] }],
  ['Answered within two business days.', { 'business day': [['2', 'two business days']] }],
  ['It costs $5 a month.', { 'usd/month': [['5', '$5 a month']] }],
  ['It holds 50 GB.', { gb: [['50', '50 GB']] }],
  ['A refund takes 5 to 10 days.', {}],
  ['A refund takes 5–10 days.', {}],
  ['It takes between 5 and 10 days.', {}],
  ['Version 4.x is supported until 31.', {}],
  ['30 days on Starter, 90 days on Team', { day: [['30', '30 days'], ['90', '90 days']] }], // biome-ignore format: one line a case
  ['30 days here and 30 days there', { day: [['30', '30 days']] }],
])('%s', (text, expected) => {
  const found = [...measuresOf(text, terms(text))].map(([name, all]) => {
    for (const { stated, start, end } of all) expect(text.slice(start, end).trim()).toBe(stated);
    return [name, all.map(({ value, stated }) => [value, stated])];
  });
  expect(Object.fromEntries(found)).toEqual(expected);
});
