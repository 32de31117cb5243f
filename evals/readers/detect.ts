import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EvalCase, type PlacedCase } from '../case.ts';
import { readBeir } from './beir.ts';
import type { ReadCases } from './case-reader.ts';
import { readDeepEval } from './deepeval.ts';
import { type FieldMap, guessFieldMap } from './field-map.ts';
import type { CaseFormat } from './formats.ts';
import { readLangSmith } from './langsmith.ts';
import { casesFile, readNative } from './native.ts';
import { type Report, raise, shown } from './problem.ts';
import { readPromptfoo } from './promptfoo.ts';
import { readRagas } from './ragas.ts';
import { type AnyRecord, kindOf, readRecords, readTree } from './records.ts';
import { readReview, reviewColumns } from './review.ts';
import { readSquad } from './squad.ts';
import { readTableCases } from './table.ts';
import { readTrec, trecFile } from './trec.ts';

const readers = {
  native: readNative,
  beir: readBeir,
  trec: readTrec,
  squad: readSquad,
  ragas: readRagas,
  promptfoo: readPromptfoo,
  langsmith: readLangSmith,
  deepeval: readDeepEval,
  review: readReview,
  table: readTableCases,
} satisfies Record<CaseFormat, ReadCases>;

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
  const { format, because } = await chooseFormat(path, options);
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

/**
 * The format that is named; else told by names in a folder, or by the fields of the first record of a file. A field map speaks for a table, unless
 * the file holds tests of promptfoo. Throws INVALID_REQUEST when nothing fits.
 */
export async function chooseFormat(path: string, { format, map }: CaseOptions): Promise<Detected> {
  if (format) return { format, because: 'you named it' };
  const info = await stat(path).catch((error: unknown) =>
    raise({ file: path, line: null, field: 'file', expected: 'a file or a folder', received: 'none' }, error),
  );
  return info.isDirectory() ? detectFolder(path) : await detectFile(path, map);
}

function detectFolder(path: string): Detected {
  if (existsSync(join(path, casesFile))) return { format: 'native', because: `it has ${casesFile}` };
  if (existsSync(join(path, 'queries.jsonl'))) return { format: 'beir', because: 'it has queries.jsonl' };
  const topics = trecFile(path, 'topics');
  if (topics !== null) return { format: 'trec', because: `it has ${basename(topics)}` };
  const expected = `a folder with ${casesFile}, queries.jsonl or topics.tsv, or a file`;
  raise({ file: path, line: null, field: 'format', expected, received: 'none of them' });
}

async function detectFile(path: string, map: FieldMap | undefined): Promise<Detected> {
  const { names, record } = await firstRecord(path);
  const has = (...wanted: readonly string[]) => wanted.every((name) => names.includes(name));
  const by = (format: CaseFormat, ...fields: readonly string[]) => ({
    format,
    because: `it has ${fields.join(' and ')}`,
  });
  if (has('vars')) return by('promptfoo', 'vars');
  if (has('prompts', 'tests')) return by('promptfoo', 'prompts', 'tests');
  if (names.some((name) => name.startsWith('__expected'))) return by('promptfoo', '__expected');
  if (map) return { format: 'table', because: describeMap(map) };
  if (has(...reviewColumns)) return by('review', ...reviewColumns);
  if (has('paragraphs')) return by('squad', 'paragraphs');
  if (has('inputs', 'outputs')) return by('langsmith', 'inputs', 'outputs');
  if (has('user_input')) return by('ragas', 'user_input');
  const truth = ['ground_truth', 'ground_truths'].find((name) => has('question', name));
  if (truth !== undefined) return by('ragas', 'question', truth);
  const golden = ['expected_output', 'actual_output', 'retrieval_context'].find((name) => has('input', name));
  if (golden !== undefined) return by('deepeval', 'input', golden);
  if (kindOf(path) === 'lines' && has('id', 'question') && names.every((name) => name in EvalCase.shape))
    return { format: 'native', because: 'all fields are those of a case' };
  const guessed = guessFieldMap(record);
  if (guessed.question !== undefined) return { format: 'table', because: describeMap(guessed) };
  const expected = 'a format that is known by its fields; name it with --format, or the fields with --map';
  raise({ file: path, line: 1, field: 'format', expected, received: names.join(', ') || 'no fields' });
}

function describeMap(map: FieldMap): string {
  return `its fields were taken as ${Object.entries(map)
    .map((pair) => pair.join('='))
    .join(',')}`;
}

/** Field names of the first record, and of the file around it. */
async function firstRecord(path: string) {
  const known = (record: unknown) =>
    record !== null && typeof record === 'object' && !Array.isArray(record) ? (record as AnyRecord) : {};
  if (kindOf(path) === 'tree') {
    const { root, entries } = await readTree(path);
    const record = known(entries[0]?.value);
    return { names: [...Object.keys(known(root)), ...Object.keys(record)], record };
  }
  for await (const { value } of readRecords(path, raise)) return { names: Object.keys(value), record: value };
  raise({ file: path, line: null, field: 'cases', expected: 'at least one', received: 'an empty file' });
}
