import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, openDataset } from '../../evals/datasets/dataset.ts';
import type { Selection } from '../../evals/engine/select-cases.ts';
import { parseGate } from '../../evals/gates/parse-gate.ts';
import { type CaseFormat, caseFormats } from '../../evals/readers/formats.ts';
import { readRun } from '../../evals/reports/read-run.ts';
import { CaseFilter, type LoadedSuite, readSuite } from '../../evals/suite.ts';
import { AppError } from '../domain/errors.ts';
import type { RunSuiteOptions } from './eval-run.ts';

export const suitesFolder = join(import.meta.dirname, '../../evals/suites');

/** The suite of a file, or a shipped one by its name. Throws INVALID_REQUEST, also for a gate that cannot be read. */
export async function openSuite(name: string): Promise<LoadedSuite> {
  const suite = await readSuite(existsSync(name) ? name : await findShipped(name));
  for (const gate of suite.gates) parseGate(gate);
  return suite;
}

async function findShipped(name: string): Promise<string> {
  const names = (await readdir(suitesFolder)).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
  if (names.includes(name)) return join(suitesFolder, `${name}.yaml`);
  throw new AppError('INVALID_REQUEST', `There is no suite ${name}.`, {
    errors: [{ field: 'suite', expected: `a file in YAML, or one of ${names.join(', ')}`, received: name }],
  });
}

/** The suite as the command line wants it. */
export function withOptions(suite: LoadedSuite, options: Partial<RunSuiteOptions>): LoadedSuite {
  const gates = [...suite.gates, ...(options.gate ?? [])];
  for (const gate of gates) parseGate(gate);
  return {
    ...suite,
    gates,
    seed: options.seed ?? suite.seed,
    repeats: options.repeat ?? suite.repeats,
    concurrency: options.concurrency ?? suite.concurrency,
    budget: {
      ...suite.budget,
      ...(options.maxCost === undefined ? {} : { cost: options.maxCost }),
      ...(options.budgetTokens === undefined ? {} : { tokens: options.budgetTokens }),
    },
  };
}

/** Throws INVALID_REQUEST naming file, line and field of what is wrong in the data. */
export async function openSuiteData({ file, data }: LoadedSuite): Promise<Dataset> {
  const { path, format, map, corpus } = data;
  if (format !== undefined && !(caseFormats as readonly string[]).includes(format))
    throw new AppError('INVALID_REQUEST', `The suite ${file} cannot be read.`, {
      errors: [{ field: `${file}, data.format`, expected: caseFormats.join(', '), received: format }],
    });
  return await openDataset(path, { format: format as CaseFormat | undefined, map, corpus });
}

export async function selectionOf(suite: LoadedSuite, options: Partial<RunSuiteOptions>): Promise<Selection> {
  const filters = [...suite.data.filter, ...(options.filter ?? [])];
  const wrong = filters.find((filter) => !CaseFilter.safeParse(filter).success);
  if (wrong !== undefined)
    throw new AppError('INVALID_REQUEST', 'The filter cannot be read.', {
      errors: [{ field: '--filter', expected: 'tag=a,b, split=x or id=x', received: wrong }],
    });
  return {
    filters,
    only: options.failedFrom === undefined ? null : await failedCases(options.failedFrom),
    shard: options.shard ?? null,
    sample: options.sample ?? null,
    limit: options.limit ?? null,
    seed: suite.seed,
  };
}

/** Cases with an error, and those that broke a gate. */
async function failedCases(folder: string): Promise<Set<string>> {
  const run = await readRun(folder);
  const failed = new Set(run.summary.gates.flatMap(({ passed, cases }) => (passed ? [] : cases)));
  for await (const { case: id, error } of run.answers()) if (error) failed.add(id);
  for await (const { case: id, status } of run.cells()) if (status === 'error') failed.add(id);
  return failed;
}
