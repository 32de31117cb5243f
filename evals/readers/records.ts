import { pipeline, Readable } from 'node:stream';
import { parse as parseCsv } from 'csv-parse';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Line, readJsonLines, readText, readTextLines } from './json-lines.ts';
import { type Report, raise, shown } from './problem.ts';

const AnyRecord = z.record(z.string(), z.unknown(), { error: 'an object' });
export type AnyRecord = z.output<typeof AnyRecord>;

/** Names under which a file of one object holds its records. */
const listNames = ['tests', 'examples', 'goldens', 'samples', 'data', 'cases', 'rows'];

/**
 * Records of a file by the end of its name: .csv and .tsv with a header, .yaml, .json with a list (alone or under a name such as `tests`), anything
 * else one JSON object a line; each also with .gz. Tables and lines are read one record at a time, .json and .yaml are held in memory. Throws
 * INVALID_REQUEST naming file, line and field for what cannot be parsed.
 */
export async function* readRecords(file: string, report: Report): AsyncGenerator<Line<AnyRecord>> {
  const kind = kindOf(file);
  if (kind === 'lines') yield* readJsonLines(file, AnyRecord, report);
  else if (kind === 'table') yield* readTable(file);
  else
    for (const { value, line } of (await readTree(file)).entries) {
      const parsed = AnyRecord.safeParse(value);
      if (parsed.success) yield { value: parsed.data, line };
      else report({ file, line, field: 'the record', expected: 'an object', received: shown(value) });
    }
}

export function kindOf(file: string): 'table' | 'tree' | 'lines' {
  const name = file.replace(/\.gz$/, '').toLowerCase();
  if (/\.(csv|tsv)$/.test(name)) return 'table';
  return /\.(ya?ml|json)$/.test(name) ? 'tree' : 'lines';
}

/** Rows of a table by its header. Throws INVALID_REQUEST with the line at which it is broken. */
export async function* readTable(file: string): AsyncGenerator<Line<AnyRecord>> {
  const isTabbed = /\.tsv(\.gz)?$/i.test(file);
  const quoting = isTabbed ? { delimiter: '\t', quote: null } : {};
  const parser = parseCsv({ columns: true, info: true, skip_empty_lines: true, ...quoting });
  // The failure of either end is thrown by the loop below.
  const rows = pipeline(Readable.from(withLineEnds(file)), parser, () => {});
  let line = 2;
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: AnyRecord; info: { lines: number } }>) {
      yield { value: record, line };
      line = info.lines + 1;
    }
  } catch (error) {
    const { code = '', lines = line } = error as Error & { code?: string; lines?: number };
    if (!code.startsWith('CSV_')) throw error;
    raise({ file, line: lines, field: 'the line', expected: 'columns as in the header', received: code }, error);
  }
}

async function* withLineEnds(file: string): AsyncGenerator<string> {
  for await (const { value } of readTextLines(file)) yield `${value}\n`;
}

/** A file that is one value: the list of records in it, and all of it. */
export interface Tree {
  readonly root: unknown;
  readonly entries: readonly Line<unknown>[];
}

/** Reads .json or .yaml; a .json file with one object a line is taken too. Throws INVALID_REQUEST naming file and line. */
export async function readTree(file: string): Promise<Tree> {
  const text = await readText(file);
  return /\.ya?ml(\.gz)?$/i.test(file) ? readYaml(file, text) : readJson(file, text);
}

function readYaml(file: string, text: string): Tree {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [error] = document.errors;
  const lineAt = (offset: number) => counter.linePos(offset).line;
  if (error)
    raise({ file, line: lineAt(error.pos[0]), field: 'the file', expected: 'YAML', received: error.code }, error);
  const root: unknown = document.toJS();
  const { name, records } = recordsOf(root, file);
  const entries = records.map((value, index) => {
    const node = document.getIn(name === null ? [index] : [name, index], true) as { range?: number[] } | undefined;
    return { value, line: lineAt(node?.range?.[0] ?? 0) };
  });
  return { root, entries };
}

function readJson(file: string, text: string): Tree {
  const root = tryJson(text);
  if (root === undefined) {
    const lines = text.split('\n').map((entry, index) => ({ value: tryJson(entry), line: index + 1, text: entry }));
    const filled = lines.filter((entry) => entry.text.trim() !== '');
    const broken = filled.find(({ value }) => value === undefined);
    if (broken || filled.length === 0)
      raise({
        file,
        line: broken?.line ?? 1,
        field: 'the file',
        expected: 'JSON',
        received: shown(broken?.text ?? ''),
      });
    return { root: filled.map(({ value }) => value), entries: filled };
  }
  const { name, records } = recordsOf(root, file);
  const lines = linesOfObjects(text, name === null ? 1 : 2);
  const isSure = lines.length === records.length;
  return { root, entries: records.map((value, index) => ({ value, line: isSure ? (lines[index] ?? 1) : 1 })) };
}

/** The records of a parsed file; a single object without a list of records is one record. */
function recordsOf(
  parsed: unknown,
  file: string,
): { readonly name: string | null; readonly records: readonly unknown[] } {
  if (Array.isArray(parsed)) return { name: null, records: parsed };
  if (parsed === null || typeof parsed !== 'object')
    raise({ file, line: 1, field: 'the file', expected: 'a list of records', received: shown(parsed) });
  const object = parsed as AnyRecord;
  const name = listNames.find((candidate) => Array.isArray(object[candidate]));
  return name === undefined ? { name: null, records: [object] } : { name, records: object[name] as unknown[] };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines at which objects begin that lie inside of so many others. */
function linesOfObjects(text: string, depth: number): number[] {
  const lines: number[] = [];
  let [line, open, isText] = [1, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\n') line += 1;
    else if (isText && character === '\\') at += 1;
    else if (character === '"') isText = !isText;
    else if (!isText && (character === '{' || character === '[')) {
      if (character === '{' && open === depth) lines.push(line);
      open += 1;
    } else if (!isText && (character === '}' || character === ']')) open -= 1;
  }
  return lines;
}
