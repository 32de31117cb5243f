import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseRtf } from './parse-rtf.ts';

const parse = (body: string) =>
  parseRtf(Buffer.from(`{\\rtf1\\ansi\\ansicpg1252 ${body}}`, 'latin1'), { name: 'a.rtf', title: 'a' });

describe('parseRtf', () => {
  it('reads headings, lists, tables, links and footnotes', () => {
    const parsed = parse(
      String.raw`{\stylesheet{\s0 Normal;}{\s3 heading 2;}}{\info{\title Terms}{\author Ada}}{\header Page 1}
{\pard\outlinelevel0 Refunds\par}{\pard\s3 When\par}\pard Paid in 5 days.{\super\chftn{\footnote\pard\chftn Since May.\par}}\par
{\pard{\listtext 1.\tab}\ls1 First\par}{\pard{\pntext\'b7\tab}Second\par}
\trowd\pard\intbl Plan\cell Price\cell\row\trowd\pard\intbl Team\par more\cell 5\cell\row
\pard See {\field{\*\fldinst{HYPERLINK "https://example.com/a"}}{\fldrslt{\ul the terms}}}.\par{\v hidden}{\*\unknown gone}`,
    );
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Refunds'],
      ['heading', 'When'],
      ['paragraph', 'Paid in 5 days.[1]'],
      ['list', '1. First'],
      ['list', '- Second'],
      ['table', 'Plan | Price\nTeam more | 5'],
      ['paragraph', 'See [the terms](https://example.com/a).'],
      ['paragraph', '[1] Since May.'],
    ]);
    expect(parsed).toMatchObject({ title: 'Terms', properties: { title: 'Terms', author: 'Ada' } });
    expect(parsed.blocks.slice(0, 2).map(({ level }) => level)).toEqual([1, 2]);
  });

  it('reads characters of every notation', () => {
    const fonts = String.raw`{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 Gothic;}{\f2\fcharset204 Cyr;}}`;
    expect(
      parse(String.raw`${fonts}caf\'e9 \u8364? {\uc2\u8364??}\uc0\u8364 \emdash\ldblquote x\rdblquote \{\\\}`).text,
    ).toBe('café € €€—“x”{\\}');
    expect(parse(String.raw`${fonts}{\f1\'93\'fa\'96\'7b}{\f2\'cf\'f0}`).text).toBe('日本Пр');
  });

  it('passes over pictures and binary data', () => {
    expect(parse(String.raw`a{\pict\pngblip ffd8ff}{\*\objdata\bin5 }{{{}}b`).text).toBe('ab');
  });

  it('refuses a file that is cut off, and never fails in another way', () => {
    const whole = String.raw`{\rtf1{\b Refunds\par}{\field{\*\fldinst HYPERLINK "https://example.com"}{\fldrslt x}}\'e9\u8364 ?}`;
    fc.assert(
      fc.property(fc.integer({ min: 6, max: whole.length - 1 }), (length) => {
        expect(() => parseRtf(Buffer.from(whole.slice(0, length)), { name: 'a.rtf', title: 'a' })).toThrow(
          expect.objectContaining({ code: 'FILE_CORRUPT' }),
        );
      }),
    );
  });
});
