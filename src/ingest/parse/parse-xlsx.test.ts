import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnName, readAddress } from './cell-values.ts';
import { buildXlsx } from './fixtures/build-office.ts';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseXlsx } from './parse-xlsx.ts';

const file = { name: 'prices.xlsx', title: 'prices' };
const text = (address: string, value: string) => `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;
const number = (address: string, value: string, style = 0) => `<c r="${address}" s="${style}"><v>${value}</v></c>`;

describe('parseXlsx', () => {
  it('reads each visible sheet as a heading, captions and tables that know their cells', async () => {
    const rows = `<row r="2">${text('B2', 'Prices of 2026')}</row>
      <row r="4"><c r="B4" t="s"><v>0</v></c>${text('C4', 'Price')}</row>
      <row r="5">${text('B5', 'Team')}<c r="C5"><f>2+3</f><v>5</v></c></row>
      <row r="6">${text('C6', 'later')}</row>`;
    const sheets = [
      { name: 'Prices', rows },
      { name: 'Secret', rows: `<row r="1">${text('A1', 'hidden')}</row>`, state: 'hidden' },
      { name: 'Limits', rows: `<row>${'<c><v>1</v></c><c t="b"><v>1</v></c>'}</row>` },
    ];
    const parsed = await parseXlsx(buildXlsx(sheets, { strings: ['Plan'] }), file);
    expect(shownBlocks(parsed)).toEqual([
      ['heading', 'Prices'],
      ['paragraph', 'Prices of 2026'],
      ['table', 'Plan | Price\nTeam | 5\n | later'],
      ['heading', 'Limits'],
      ['table', '1 | TRUE'],
    ]);
    expect(parsed.blocks.map(({ cells }) => cells)).toEqual([
      undefined,
      undefined,
      { sheet: 'Prices', firstRow: 4, firstColumn: 2, lastColumn: 3 },
      undefined,
      { sheet: 'Limits', firstRow: 1, firstColumn: 1, lastColumn: 2 },
    ]);
  });

  it('shows numbers as the sheet does', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="[Red]yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="0 &quot;days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs>';
    const cells = ['0.30000000000000004', '46023', '46023', '46023', '0.125', '46023.75', '0.5'];
    const rows = `<row r="1">${cells.map((value, index) => number(`${columnName(index + 1)}1`, value, index)).join('')}</row>`;
    const parsed = await parseXlsx(buildXlsx([{ name: 'S', rows }], { styles }), file);
    expect(parsed.text.split('\n').at(-1)).toBe(
      '0.3 | 2026-01-01 | 2026-01-01 | 46023 | 12.5% | 2026-01-01 18:00 | 12:00',
    );
  });

  it('names columns as spreadsheets do', () => {
    expect([1, 26, 27, 702, 703].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384 }), fc.integer({ min: 1, max: 1_048_576 }), (column, row) => {
        expect(readAddress(`${columnName(column)}${row}`)).toEqual({ column, row });
      }),
    );
  });

  it.each([
    ['a sheet that is cut off', '<worksheet><sheetData><row><c><v>1', 'FILE_CORRUPT'],
    ['rows nested too deeply', `<row>${'<c>'.repeat(500)}${'</c>'.repeat(500)}</row>`, 'FILE_TAKES_TOO_LONG'],
  ])('refuses %s', async (_what, content, code) => {
    const sheet = { name: 'xl/worksheets/sheet0.xml', content };
    const workbook = buildXlsx([{ name: 'S', rows: '' }], { more: [sheet] });
    await expect(parseXlsx(workbook, file)).rejects.toMatchObject({ code });
  });
});
