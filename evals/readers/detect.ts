import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacedCase } from '../case.ts';
import { readBeir } from './beir.ts';
import type { ReadCases } from './case-reader.ts';
import type { FieldMap } from './field-map.ts';
import { readTextLines } from './json-lines.ts';
import { readNative } from './native.ts';
import { type Report, raise, shown } from './problem.ts';
import { readSquad } from './squad.ts';

/** Formats that cases are read from. */
export const caseFormats = ['native', 'beir', 'squad'] as const;
export type CaseFormat = (typeof caseFormats)[number];

const readers: Readonly<Record<CaseFormat, ReadCases>> = {
  native: readNative,
  beir: readBeir,
  squad: readSquad,
};

export interface CaseOptions {
  /** Told by the content where it is left out. */
  readonly format?: CaseFormat | undefined;
  readonly map?: FieldMap | undefined;
  /** Takes what does not fit; without it the first such thing is thrown. */
  readonly report?: Report;
}

export interface FoundCases {
  readonly format: CaseFormat;
  /** What spoke for the format, for people. */
  readonly because: string;
  /** May be read once. Ids are unique: a second case with the id of another goes to `report`. */
  readonly cases: AsyncGenerator<PlacedCase>;
}

/** Reads cases of any format. Throws INVALID_REQUEST when the format cannot be told, and what the reader throws. */
export async function readCases(path: string, options: CaseOptions = {}): Promise<FoundCases> {
  const { format, because } = options.format
    ? { format: options.format, because: 'you named it' }
    : await detectFormat(path);
  const report = options.report ?? raise;
  const cases = readers[format](path, { report, map: options.map ?? null });
  return { format, because, cases: unique(cases, report) };
}

async function* unique(cases: AsyncIterable<PlacedCase>, report: Report): AsyncGenerator<PlacedCase> {
  const lines = new Map<string, number>();
  for await (const placed of cases) {
    const { id } = placed.case;
    const before = lines.get(id);
    if (before === undefined) {
      lines.set(id, placed.line);
      yield placed;
    } else {
      const { file, line } = placed;
      report({
        file,
        line,
        field: 'id',
        expected: 'an id of its own',
        received: `${shown(id)}, the id of line ${before}`,
      });
    }
  }
}

interface Detected {
  readonly format: CaseFormat;
  readonly because: string;
}

/** Looks at names in a folder, or at the beginning of a file. Throws INVALID_REQUEST when nothing fits. */
export async function detectFormat(path: string): Promise<Detected> {
  const info = await stat(path).catch((error) =>
    raise({ file: path, line: null, field: 'file', expected: 'a file or a folder', received: 'none' }, error),
  );
  if (info.isDirectory()) {
    if (existsSync(join(path, 'queries.jsonl'))) return { format: 'beir', because: 'it has queries.jsonl' };
    return unknown(path, 'a folder with queries.jsonl');
  }
  for await (const { value } of readTextLines(path)) {
    if (value.trim() === '') continue;
    return detectText(path, value);
  }
  return unknown(path, 'at least one case', 'an empty file');
}

function detectText(path: string, first: string): Detected {
  if (/"(paragraphs|data)"/.test(first) || first.trim() === '{')
    return { format: 'squad', because: 'it has paragraphs' };
  if (first.startsWith('{')) return { format: 'native', because: 'its first line has a question' };
  return unknown(path, 'one of the formats', shown(first));
}

function unknown(file: string, expected: string, received = 'none'): never {
  raise({ file, line: null, field: 'format', expected, received });
}
