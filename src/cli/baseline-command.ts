import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BaselineDifference, compareWithBaseline, writeBaseline } from '../../evals/engine/write-baseline.ts';
import { readRun } from '../../evals/reports/read-run.ts';
import { runFiles } from '../../evals/summary.ts';
import { AppError } from '../domain/errors.ts';
import type { Invocation } from './invocation.ts';
import { openSuite } from './open-suite.ts';
import { formatTable } from './output.ts';
import { runOpened } from './run-suite-command.ts';

/**
 * Prints what a run changes of the baseline of a suite, and makes it the baseline where that is wanted. Resolves to 0 when nothing differs or the
 * baseline is written, else to 1. Throws INVALID_REQUEST for a suite that names no baseline and for a run that is not complete.
 */
export async function baselineCommand(
  context: Invocation,
  name: string,
  { run: given, write }: { readonly run?: string; readonly write: boolean },
): Promise<number> {
  const suite = await openSuite(name);
  const { baseline } = suite;
  if (baseline === undefined)
    throw new AppError('INVALID_REQUEST', 'The suite names no baseline.', {
      errors: [{ field: `${suite.file}, baseline`, expected: 'a folder', received: 'nothing' }],
    });
  const folder = given ?? (await runOpened(context, suite, { cache: 'off' }))?.folder ?? '';
  const run = await readRun(folder);
  if (run.plan.suite !== suite.name || run.summary.state !== 'complete')
    throw new AppError('INVALID_REQUEST', 'The run cannot be a baseline of the suite.', {
      errors: [
        {
          field: '--run',
          expected: `a complete run of ${suite.name}`,
          received: `a run of ${run.plan.suite}, ${run.summary.state}`,
        },
      ],
    });
  const difference = await compareWithBaseline(run, existsSync(join(baseline, runFiles.plan)) ? baseline : null);
  context.output.result({ ...difference, written: write, folder: baseline }, (value) => describe(value, suite.name));
  const isSame = difference.metrics.length + difference.answers.length + difference.cases.length === 0;
  if (write) await writeBaseline(run, baseline);
  return isSame || write ? 0 : 1;
}

const idsShown = 20;

function describe(
  { metrics, answers, cases, written }: BaselineDifference & { written: boolean },
  suite: string,
): string {
  const figure = (value: number | null) => (value === null ? 'none' : value.toFixed(4));
  const rows = metrics.map(({ metric, before, after }) => [metric, figure(before), figure(after)]);
  const ids = (label: string, list: readonly string[]) =>
    list.length === 0
      ? []
      : [
          `${label}: ${list.slice(0, idsShown).join(', ')}${list.length > idsShown ? ` and ${list.length - idsShown} more` : ''}`,
        ];
  const lines = [
    ...(rows.length > 0 ? [formatTable(['metric', 'baseline', 'now'], rows)] : []),
    ...ids('cases that are new or gone', cases),
    ...ids('answers that changed', answers),
  ];
  if (lines.length === 0) return `${suite}: nothing differs from the baseline.`;
  return [...lines, written ? 'The baseline is written.' : 'Nothing is written; --write makes this the baseline.'].join(
    '\n',
  );
}
