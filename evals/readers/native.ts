import { join } from 'node:path';
import { EvalCase } from '../case.ts';
import type { ReadCases } from './case-reader.ts';
import { readJsonLines } from './json-lines.ts';

/** File of the cases in a folder that holds their corpus too. */
export const casesFile = 'cases.jsonl';

/** Cases in the harness's own format, one a line: a file, or a folder with `cases.jsonl`. */
export const readNative: ReadCases = async function* (path, { report }) {
  const file = /\.jsonl?(\.gz)?$/.test(path) ? path : join(path, casesFile);
  for await (const { value, line } of readJsonLines(file, EvalCase, report)) yield { case: value, file, line };
};
