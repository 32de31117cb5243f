import { expect, test } from 'vitest';
import { exactPartsOf, lacksOne, lacksVersion, shareLacking, toSearched } from './exact-parts.ts';

test('names, acronyms, identifiers and versions are told apart', () => {
  expect(exactPartsOf('Does the Family plan on ChromeOS show KS-1042 over SMS in version 3.6?')).toEqual({
    names: ['Family', 'ChromeOS'],
    acronyms: ['SMS'],
    identifiers: ['KS-1042'],
    versions: ['3.6'],
    numbers: ['3.6'],
  });
});

test('the word that begins a sentence is no name', () => {
  expect(exactPartsOf('Where is it? Please tell.').names).toEqual([]);
});

test('a part must stand there as a whole word', () => {
  expect(lacksOne(['3.6'], 'version 3.61 and 13.6')).toBe(true);
  expect(lacksOne(['3.6', 'Team'], 'the team has 3.6.')).toBe(false);
  expect(lacksOne([], '')).toBe(false);
});

test('ordinal numbers are numbers, but for those of centuries, and no decade is an identifier', () => {
  expect(exactPartsOf('Was the second or the 3rd try in the 1700s, in the 18th century?')).toMatchObject({
    identifiers: [],
    numbers: ['second', '3rd'],
  });
  expect(exactPartsOf('How many megabytes per second?').numbers).toEqual([]);
  expect(lacksOne(['third'], 'on the 3rd try')).toBe(false);
  expect(lacksOne(['3rd', '12th'], 'the third and the 12th')).toBe(false);
  expect(lacksOne(['second'], 'the first try')).toBe(true);
});

test('a name stands there with or without accents, in singular or plural', () => {
  expect(lacksOne(['Celeron', 'Huguenots', 'Guest'], toSearched('Céloron and Celerón, a Huguenot, two guests'))).toBe(
    false,
  );
  expect(lacksOne(['Céleron'], toSearched('Celeron'))).toBe(false);
  expect(lacksOne(['Celeron'], toSearched('Céloron'))).toBe(true);
});

test('a region stands there by its short name too', () => {
  expect(lacksOne(['Europe'], 'stored in the eu.')).toBe(false);
  expect(lacksOne(['Europe'], 'stored in the us.')).toBe(true);
});

test('the share of parts that stand elsewhere', () => {
  expect(shareLacking(['Team', 'Oregon'], 'the team')).toBe(0.5);
  expect(shareLacking([], 'the team')).toBe(0);
});

test.each([
  ['1', 'version 1 is gone', false],
  ['1', 'use v1 for now', false],
  ['1', 'at most 1 file', true],
  ['3.6', 'since 3.6.2', false],
  ['3.6', 'since 3.61', true],
  ['4', 'in 4.x', false],
])('version %s in: %s', (version, text, lacks) => expect(lacksVersion([version], text)).toBe(lacks));
