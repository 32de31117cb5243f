import { join } from 'node:path';
import { chooseFormat, readCases } from '../readers/detect.ts';
import { readCorpusTexts } from './corpus-texts.ts';
import { type DatasetOptions, findCorpus } from './dataset.ts';
import { createCaseLint, type Finding, findingOf, findingOfProblem } from './lint.ts';
import { createQuoteLint } from './quote-lint.ts';

export interface LintReport {
  readonly format: string;
  readonly because: string;
  readonly cases: number;
  readonly errors: number;
  readonly warnings: number;
  /** By file and line. */
  readonly findings: readonly Finding[];
}

interface LintOptions extends DatasetOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (label: string, done: number) => void;
}

/** Reads all cases and the documents that they name, and lists everything that is wrong. Throws only where there is nothing to read. */
export async function lintDataset(path: string, options: LintOptions): Promise<LintReport> {
  const { signal, onProgress } = options;
  const { format, because } = await chooseFormat(path, options);
  const findings: Finding[] = [];
  const report = (problem: Parameters<typeof findingOfProblem>[0]) => void findings.push(findingOfProblem(problem));
  const cases = createCaseLint();
  const quotes = createQuoteLint();
  let count = 0;
  for await (const placed of (await readCases(path, { ...options, format, report })).cases) {
    signal.throwIfAborted();
    findings.push(...cases.look(placed));
    quotes.gather(placed);
    count += 1;
    onProgress('reading cases', count);
  }
  findings.push(...cases.finish(path));
  const places = await findCorpus(path, format, options.corpus);
  let read = 0;
  for (const place of places) {
    const onFailure = (id: string, reason: string) =>
      void findings.push(findingOf('corpus-unreadable', { file: join(place.path, id), line: null }, reason));
    for await (const text of readCorpusTexts(place, { signal, onFailure, isWanted: quotes.isWanted })) {
      findings.push(...quotes.look(text));
      read += 1;
      onProgress('reading the corpus', read);
    }
  }
  if (places.length > 0) findings.push(...quotes.finish());
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return {
    format,
    because,
    cases: count,
    errors,
    warnings: findings.length - errors,
    findings: findings.sort(byPlace),
  };
}

function byPlace(one: Finding, other: Finding): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0);
}
