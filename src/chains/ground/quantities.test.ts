import { expect, test } from 'vitest';
import { missingQuantities, quantitiesOf } from './quantities.ts';

test.each([
  ['1,000 USD', '1000', 'usd'],
  ['1.000 EUR', '1000', 'eur'],
  ['1\u202f000 days', '1000', 'day'],
  ['1,234.5 GB', '1234.5', 'gb'],
  ['3,5 hours', '3.5', 'hour'],
  ['$20', '20', 'usd'],
  ['€ 5', '5', 'eur'],
  ['50 %', '50', '%'],
  ['50 percent', '50', '%'],
  ['three days', '3', 'day'],
  ['a 30-day month', '30', 'day'],
  ['４０ minutes', '40', 'minute'],
  ['007 agents', '7', null],
  ['5 constructors', '5', null],
])('%s', (text, value, unit) => {
  expect(quantitiesOf(text).map((quantity) => [quantity.value, quantity.unit])).toEqual([[value, unit]]);
});

test.each(['KS-1042', 'one of them', 'often', 'v2beta', 'no numbers'])('no quantity in: %s', (text) => {
  expect(quantitiesOf(text)).toEqual([]);
});

test('a quantity is missing when its number is, or stands with another unit only', () => {
  const missing = (sentence: string, evidence: string) =>
    missingQuantities(quantitiesOf(sentence), quantitiesOf(evidence)).map(({ value }) => value);
  expect(missing('up to 5 GB for 3 days', 'up to 5 GB for three days')).toEqual([]);
  expect(missing('5 GB', '5 MB')).toEqual(['5']);
  expect(missing('5 files', '5 GB and 5 files')).toEqual([]);
});
