import type { AnswerRecord } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Cell } from '../metric.ts';
import { type EntryKey, type IndexedLog, openIndexedLog } from './indexed-log.ts';

/** Answers of a run, a line each. */
export const answersLog = (path: string): Promise<IndexedLog> =>
  openIndexedLog({
    path,
    linesOf: 1,
    keyOf: (line) => line as EntryKey,
    isError: (line) => (line as AnswerRecord).error !== null,
  });

/** Cells of a run, so many lines for each answer as there are metrics. */
export const cellsLog = (path: string, metrics: number): Promise<IndexedLog> =>
  openIndexedLog({
    path,
    linesOf: Math.max(1, metrics),
    keyOf: (line) => line as EntryKey,
    isError: (line) => (line as Cell).status === 'error',
  });

export async function* keysOf(cases: AsyncIterable<EvalCase>, repeats: number): AsyncGenerator<EntryKey> {
  for await (const { id } of cases) for (let repeat = 0; repeat < repeats; repeat += 1) yield { case: id, repeat };
}
