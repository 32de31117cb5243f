import { expect, test } from 'vitest';
import { exactPartsOf, lacksOne } from './exact-parts.ts';

test('names, acronyms, identifiers and versions are told apart', () => {
  expect(exactPartsOf('Does the Family plan on ChromeOS show KS-1042 over SMS in version 3.6?')).toEqual({
    names: ['Family', 'ChromeOS'],
    acronyms: ['SMS'],
    identifiers: ['KS-1042'],
    versions: ['3.6'],
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
