import type { CellRange } from '../../domain/document.ts';
import { attributeOf, childAt, childElements, childrenNamed, type XmlNode } from './xml-node.ts';

/** How a cell's number is shown. */
export type NumberFormat = 'number' | 'date' | 'time' | 'date-time' | 'percent';

/** The formats that every spreadsheet knows without declaring them. */
const builtIn: Readonly<Record<number, NumberFormat>> = {
  9: 'percent',
  10: 'percent',
  14: 'date',
  15: 'date',
  16: 'date',
  17: 'date',
  18: 'time',
  19: 'time',
  20: 'time',
  21: 'time',
  22: 'date-time',
  45: 'time',
  46: 'time',
  47: 'time',
};

/** The number format of each cell style, by the style's index. */
export function readNumberFormats(styles: XmlNode | null): NumberFormat[] {
  if (!styles) return [];
  const declared = new Map<number, string>();
  for (const format of childrenNamed(childAt(styles, 'numFmts') ?? styles, 'numFmt'))
    declared.set(Number(attributeOf(format, 'numFmtId')), attributeOf(format, 'formatCode'));
  return childElements(childAt(styles, 'cellXfs') ?? styles).map((style) => {
    const id = Number(attributeOf(style, 'numFmtId'));
    const code = declared.get(id);
    return code === undefined ? (builtIn[id] ?? 'number') : formatOf(code);
  });
}

function formatOf(code: string): NumberFormat {
  // Literals, colours and conditions say nothing about the kind.
  const pattern = (code.split(';')[0] ?? '').replace(/"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|[_*]./gi, '').toLowerCase();
  if (pattern.includes('%')) return 'percent';
  const hasDate = /[yd]/.test(pattern) || (/m/.test(pattern) && !/[hs]/.test(pattern));
  const hasTime = /[hs]/.test(pattern);
  if (hasDate) return hasTime ? 'date-time' : 'date';
  return hasTime ? 'time' : 'number';
}

const millisecondsPerDay = 86_400_000;
/** Day 0 of a spreadsheet; the day that 1900 did not have, 29 February, is counted. */
const firstDay1900 = Date.UTC(1899, 11, 30);
const firstDay1904 = Date.UTC(1904, 0, 1);

/** A number as a reader of the sheet sees it: dates in ISO 8601, percentages with their sign, others in full. */
export function showNumber(raw: string, format: NumberFormat, isFrom1904: boolean): string {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return raw;
  if (format === 'number') return shortest(value);
  if (format === 'percent') return `${shortest(value * 100)}%`;
  const time = Math.round((value * millisecondsPerDay) / 1000) * 1000 + (isFrom1904 ? firstDay1904 : firstDay1900);
  if (value < 0 || Number.isNaN(new Date(time).getTime())) return raw;
  const iso = new Date(time).toISOString();
  const clock = iso.slice(11, 19).replace(/:00$/, '');
  if (format === 'time') return clock;
  return format === 'date' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${clock}`;
}

/** Fifteen digits, as spreadsheets show them: 0.1 + 0.2 is 0.3. */
function shortest(value: number): string {
  return String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(15)));
}

/** `C` for 3, `AA` for 27. */
export function columnName(column: number): string {
  const before = Math.floor((column - 1) / 26);
  return (before > 0 ? columnName(before) : '') + String.fromCharCode(65 + ((column - 1) % 26));
}

/** `B7` gives column 2 and row 7; null when it is no address. */
export function readAddress(address: string): { column: number; row: number } | null {
  const [, letters = '', row = ''] = /^([A-Z]{1,3})(\d{1,7})$/.exec(address) ?? [];
  if (letters === '') return null;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return { column, row: Number(row) };
}

/** The rows as one range for each sheet: `Prices!A2:D9, 'Team sizes'!A1:B4`. Without rows an empty string. */
export function showCells(rows: readonly CellRange[]): string {
  const sheets = Map.groupBy(rows, ({ sheet }) => sheet);
  return [...sheets]
    .map(([sheet, ranges]) => `${sheet === null ? '' : `${showSheet(sheet)}!`}${showRange(ranges)}`)
    .join(', ');
}

function showRange(ranges: readonly CellRange[]): string {
  const rows = ranges.map(({ firstRow }) => firstRow);
  const first = `${columnName(Math.min(...ranges.map(({ firstColumn }) => firstColumn)))}${Math.min(...rows)}`;
  const last = `${columnName(Math.max(...ranges.map(({ lastColumn }) => lastColumn)))}${Math.max(...rows)}`;
  return first === last ? first : `${first}:${last}`;
}

/** Names with blanks or marks stand in quotes, as in formulas. */
function showSheet(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}
