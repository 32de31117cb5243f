import { expect, it } from 'vitest';
import { parseGlossary } from './glossary.ts';

it('reads one term a line', () => {
  expect(parseGlossary('# ours\nPTO: paid time off,  annual leave,\r\n\n seat : licence\n')).toEqual([
    { term: 'PTO', synonyms: ['paid time off', 'annual leave'] },
    { term: 'seat', synonyms: ['licence'] },
  ]);
});

it.each(['PTO', ': a', 'PTO:', 'PTO: ,'])('names the line that it cannot read: %s', (line) => {
  expect(() => parseGlossary(`a: b\n${line}`)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ field: 'line 2' })] }),
  );
});
