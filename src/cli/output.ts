/** Results go to stdout, as text or with `--json` as JSON; notes go to stderr. */
export interface Output {
  readonly json: boolean;
  /** Terminal styling, empty where stdout is no terminal. */
  readonly style: Style;
  write(text: string): void;
  line(text?: string): void;
  /** Prints `value` as JSON, or what `describe` makes of it. */
  result<T>(value: T, describe: (value: T) => string): void;
  note(text: string): void;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  accent(text: string): string;
}

interface TextSink {
  readonly isTTY?: boolean;
  /** Of a terminal: false under NO_COLOR, and where it has none. */
  hasColors?(): boolean;
  write(text: string): unknown;
}

export function createOutput(
  json: boolean,
  stdout: TextSink = process.stdout,
  stderr: TextSink = process.stderr,
): Output {
  const isPainted = stdout.isTTY === true && stdout.hasColors?.() !== false;
  const paint = (code: number) => (text: string) => (isPainted ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    json,
    style: { bold: paint(1), dim: paint(2), accent: paint(36) },
    write: (text) => void stdout.write(text),
    line: (text = '') => void stdout.write(`${text}\n`),
    result: (value, describe) => void stdout.write(`${json ? JSON.stringify(value, null, 2) : describe(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** Rows under their headings, columns as wide as their longest cell; what is not the last column is cut at 60 characters. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cut = (cell: string, column: number) =>
    column < headings.length - 1 && cell.length > 60 ? `${cell.slice(0, 59)}…` : cell;
  const cells = [headings, ...rows].map((row) => row.map(cut));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The command that shows the next page of the same list, below a table; empty where there is none. */
export function nextPage(
  command: string,
  options: Readonly<Record<string, string | readonly string[] | undefined>>,
  cursor: string | null,
): string {
  if (cursor === null) return '';
  const words = Object.entries({ ...options, cursor }).flatMap(([name, value = []]) =>
    [value].flat().flatMap((one) => [`--${name}`, shellWord(one)]),
  );
  return `\n\nMore: footnote ${command} ${words.join(' ')}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
