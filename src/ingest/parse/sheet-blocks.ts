import type { TextBuilder } from './text-builder.ts';

/** A row that holds something: cells by column. Rows and columns count from 1. */
export interface SheetRow {
  readonly row: number;
  readonly cells: ReadonlyMap<number, string>;
}

interface Sheet {
  /** Null where the file has no sheets. */
  readonly name: string | null;
  readonly builder: TextBuilder;
}

/** A wider table is not shown with a place for each empty cell. */
const widestTable = 200;

/** Adds the rows of a sheet under its name: runs of neighbouring rows are tables, and a lone cell above or between them is running text. */
export function addSheet(rows: readonly SheetRow[], { name, builder }: Sheet): void {
  if (rows.length === 0) return;
  if (name !== null) builder.add('heading', name, { level: 1 });
  let table: SheetRow[] = [];
  const finish = () => {
    addTable(table, { name, builder });
    table = [];
  };
  for (const [index, row] of rows.entries()) {
    const isBeside = table.at(-1)?.row === row.row - 1;
    if (!isBeside) finish();
    if (table.length === 0 && isCaption(row, rows[index + 1]))
      builder.add('paragraph', [...row.cells.values()][0] ?? '');
    else table.push(row);
  }
  finish();
}

/** One cell alone, over a row of several or over nothing. */
function isCaption(row: SheetRow, next: SheetRow | undefined): boolean {
  if (row.cells.size !== 1) return false;
  return !next || next.row !== row.row + 1 || next.cells.size > 1;
}

function addTable(rows: readonly SheetRow[], { name, builder }: Sheet): void {
  const [first] = rows;
  if (!first) return;
  const columns = rows.flatMap(({ cells }) => [...cells.keys()]);
  const firstColumn = columns.reduce((least, column) => Math.min(least, column), Number.POSITIVE_INFINITY);
  const lastColumn = columns.reduce((most, column) => Math.max(most, column), 0);
  const text = rows.map(({ cells }) => rowText(cells, firstColumn, lastColumn)).join('\n');
  builder.add('table', text, { cells: { sheet: name, firstRow: first.row, firstColumn, lastColumn } });
}

function rowText(cells: ReadonlyMap<number, string>, firstColumn: number, lastColumn: number): string {
  if (lastColumn - firstColumn >= widestTable) return [...cells.values()].join(' | ');
  const places = Array.from(
    { length: lastColumn - firstColumn + 1 },
    (_, index) => cells.get(firstColumn + index) ?? '',
  );
  return places.join(' | ').trimEnd();
}
