import type { z } from 'zod';
import { readText } from './json-lines.ts';
import { checkRecord, raise, shown } from './problem.ts';

export interface JsonFile<T> {
  readonly value: T;
  /** Line at which `text` stands next, behind the one found before; the last one found where it does not. */
  readonly lineOf: (text: string) => number;
}

/** Reads a file that is one JSON value, held in memory. Throws INVALID_REQUEST naming file, line and field. */
export async function readJsonFile<S extends z.ZodType>(file: string, schema: S): Promise<JsonFile<z.output<S>>> {
  const text = await readText(file);
  const lineOf = createLineFinder(text);
  const fitted = checkRecord(schema, parse(file, text), { file, line: 1 }, raise);
  if (!fitted) raise({ file, line: 1, field: 'the file', expected: 'a valid record', received: shown(text) });
  return { value: fitted.value, lineOf };
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
    const line = text.slice(0, at).split('\n').length;
    raise({
      file,
      line,
      field: 'the file',
      expected: 'JSON',
      received: shown(text.slice(Math.max(0, at - 20), at + 20)),
    });
  }
}

/** Texts are asked for in the order of the file, so that it is read once. */
export function createLineFinder(text: string): (wanted: string) => number {
  let [offset, line] = [0, 1];
  return (wanted) => {
    const found = text.indexOf(wanted, offset);
    if (found < 0) return line;
    for (let at = text.indexOf('\n', offset); at >= 0 && at < found; at = text.indexOf('\n', at + 1)) line += 1;
    offset = found;
    return line;
  };
}
