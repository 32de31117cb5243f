import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EvalCase } from '../case.ts';
import { type CaseOptions, readCases } from '../readers/detect.ts';
import type { Problem } from '../readers/problem.ts';
import { raise } from '../readers/problem.ts';
import { readRecordsOf } from './dataset.ts';
import { nativeLine } from './native-line.ts';

export interface ImportReport {
  readonly format: string;
  readonly because: string;
  readonly cases: number;
  /** The first ones, to see whether fields were taken rightly. */
  readonly preview: readonly EvalCase[];
  /** Nothing is written where there are any. */
  readonly problems: readonly Problem[];
  readonly out: string;
  /** Where the corpus of the file went; null where it holds none. */
  readonly corpus: string | null;
}

interface ImportOptions extends Pick<CaseOptions, 'format' | 'map'> {
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onProgress: (label: string, done: number) => void;
}

const previewed = 3;

/**
 * Writes the cases of any format as native ones, whole or not at all. The paragraphs of SQuAD go into `corpus.jsonl` beside them. Throws
 * INVALID_REQUEST when there is nothing to read, or a corpus in the way.
 */
export async function importCases(
  path: string,
  { out, signal, onProgress, ...options }: ImportOptions,
): Promise<ImportReport> {
  const problems: Problem[] = [];
  const preview: EvalCase[] = [];
  let count = 0;
  const { format, because, cases } = await readCases(path, {
    ...options,
    report: (problem) => void problems.push(problem),
  });
  const corpus = format === 'squad' ? join(dirname(out), 'corpus.jsonl') : null;
  if (corpus !== null && existsSync(corpus))
    raise({ file: corpus, line: null, field: 'corpus', expected: 'no such file yet', received: 'a file' });
  async function* lines() {
    for await (const { case: given } of cases) {
      count += 1;
      if (preview.length < previewed) preview.push(given);
      onProgress('reading cases', count);
      yield nativeLine(given);
    }
    if (count === 0 && problems.length === 0)
      raise({ file: path, line: null, field: 'cases', expected: 'at least one', received: 'none' });
  }
  await writeWhole(out, lines(), signal, () => problems.length === 0);
  if (corpus !== null && problems.length === 0) await writeWhole(corpus, corpusLines(path), signal, () => true);
  return { format, because, cases: count, preview, problems, out, corpus };
}

async function* corpusLines(path: string) {
  for await (const record of readRecordsOf({ kind: 'squad', path })) yield `${JSON.stringify(record)}\n`;
}

/** The file appears when all of it is there and wanted; an earlier one of its name stays until then. */
async function writeWhole(
  file: string,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
  isWanted: () => boolean,
): Promise<void> {
  const partial = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(partial), { signal });
    if (isWanted()) await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}
