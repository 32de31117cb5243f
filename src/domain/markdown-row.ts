/** Cells of a row of a Markdown table, with or without pipes at its ends, as they are written; an escaped pipe is text. */
export function splitRow(row: string): string[] {
  return row.replace(/^\||(?<!\\)\|$/g, '').split(/(?<!\\)\|/);
}
