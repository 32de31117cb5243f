import type { EvalCase } from '../case.ts';
import { nativeLine } from '../datasets/native-line.ts';

const columns = ['decision', 'id', 'kind', 'question', 'answer', 'document', 'quote', 'case'] as const;

/**
 * Cases as a table for people, in CSV with a header: they write `accept` or `reject` under `decision` and may change question and answer. The format
 * `review` reads it back.
 */
export function reviewTable(cases: readonly EvalCase[]): string {
  const rows = cases.map((given) => [
    '',
    given.id,
    given.tags.join(' '),
    given.question,
    given.answers[0] ?? '',
    given.gold_docs.map(({ id }) => id).join('\n'),
    given.gold_quotes.map(({ quote }) => quote).join('\n'),
    nativeLine(given).trim(),
  ]);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

/** A formula would be run by a spreadsheet: what begins like one is led by an apostrophe, which the reader takes away. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
