import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseDelimited } from './parse-delimited.ts';

const parse = (text: string) => parseDelimited(text, { name: 'a.csv', title: 'a' });

describe('parseDelimited', () => {
  it.each([
    ['commas', 'plan,price\nTeam,5\n'],
    ['semicolons, with decimal commas', 'plan;price\nTeam;5\n'],
    ['tabs', 'plan\tprice\nTeam\t5'],
    ['pipes and quotes', '"plan"|"price"\n"Team"|5'],
  ])('reads rows parted by %s', (_what, text) => {
    expect(shownBlocks(parse(text))).toEqual([['table', 'plan | price\nTeam | 5']]);
  });

  it('keeps a cell of several lines in its row, and rows at their numbers', () => {
    const parsed = parse('plan,note\nTeam,"two\nlines, and ""quotes"""\n\nSolo,x');
    expect(shownBlocks(parsed)).toEqual([
      ['table', 'plan | note\nTeam | two lines, and "quotes"'],
      ['table', 'Solo | x'],
    ]);
    expect(parsed.blocks.map(({ cells }) => cells?.firstRow)).toEqual([1, 4]);
  });

  it('reads a file whose quotes do not close', () => {
    expect(parse('size,name\n5",screen\n"7,tablet\n').text).toBe('size | name\n5" | screen\n"7 | tablet');
  });

  it('gives one line for each row that holds something, for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 30 }), (lines) => {
        const { text, blocks } = parse(lines.join('\n').replaceAll('\r', ''));
        for (const { start, end } of blocks) expect(text.slice(start, end)).not.toMatch(/^\s|\s$|\n\n/);
      }),
    );
  });
});
