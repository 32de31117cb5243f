import { EvalCase } from '../case.ts';
import type { ReadCases } from './case-reader.ts';
import { readJsonLines } from './json-lines.ts';

/** Cases in the harness's own format, one a line. */
export const readNative: ReadCases = async function* (file, { report }) {
  for await (const { value, line } of readJsonLines(file, EvalCase, report)) yield { case: value, file, line };
};
