import { describe, expect, it } from 'vitest';
import { filterCases, filteredDocuments, lettersOf } from '../../test/filter-cases.ts';
import { compileFilter, containsPattern } from './match-filter.ts';

describe('compileFilter', () => {
  it.each(filterCases)('$name', ({ clause, matching }) => {
    const matches = compileFilter(clause);
    expect(lettersOf(filteredDocuments.filter(matches).map(({ documentId }) => documentId))).toBe(matching);
  });
});

describe('containsPattern', () => {
  it('takes every character for itself', () => {
    const part = Array.from({ length: 0x2fff }, (_, code) => String.fromCodePoint(code)).join('');
    expect(new RegExp(`^${containsPattern(part)}$`, 'u').test(part)).toBe(true);
  });
});
