import { CsvError, parse } from 'csv-parse/sync';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import { addSheet, type SheetRow } from './sheet-blocks.ts';
import { createTextBuilder } from './text-builder.ts';

const delimiters = [',', ';', '\t', '|'];
/** Lines that are looked at to tell the delimiter. */
const sampledLines = 50;
/** A longer record is a quote that never ends, or no table at all. */
const longestRecord = 1_000_000;

/** Rows of a CSV or TSV file, whatever its delimiter; the first row is the header. Throws FILE_CORRUPT when a record is endless. */
export function parseDelimited(text: string, file: { name: string; title: string }): ParsedDocument {
  const builder = createTextBuilder();
  addSheet(readRows(text, file.name), { name: null, builder });
  return { title: file.title, ...builder.build(), language: null };
}

function readRows(text: string, name: string): SheetRow[] {
  const delimiter = delimiterOf(text);
  try {
    return readRecords(text, delimiter, '"');
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  try {
    // A quote that is opened and never closed is a mark like any other, such as inches.
    return readRecords(text, delimiter, false);
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `${name} has a row of more than ${longestRecord} characters.`, { cause: error });
  }
}

function readRecords(text: string, delimiter: string, quote: string | false): SheetRow[] {
  const rows: SheetRow[] = [];
  parse(text, {
    delimiter,
    quote,
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: longestRecord,
    on_record: (record: readonly string[], { records }) => {
      const cells = new Map<number, string>();
      for (const [index, raw] of record.entries()) {
        const cell = singleLine(raw);
        if (cell !== '') cells.set(index + 1, cell);
      }
      if (cells.size > 0) rows.push({ row: records, cells });
      return null;
    },
  });
  return rows;
}

/** The delimiter that most lines have equally often. */
function delimiterOf(text: string): string {
  const lines = text.split('\n', sampledLines).map((line) => line.replace(/"[^"]*"/g, ''));
  const filled = lines.filter((line) => line.trim() !== '');
  const scores = delimiters.map((delimiter) => {
    const counts = filled.map((line) => line.split(delimiter).length - 1);
    const usual = counts.toSorted((one, other) => one - other)[counts.length >> 1] ?? 0;
    const agreeing = counts.filter((count) => count === usual).length;
    return { delimiter, score: usual === 0 ? 0 : agreeing + Math.min(usual, 9) / 10 };
  });
  const [best] = scores.toSorted((one, other) => other.score - one.score);
  return best && best.score > 0 ? best.delimiter : ',';
}
