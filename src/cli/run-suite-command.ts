import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Dataset } from '../../evals/datasets/dataset.ts';
import { forecastRun } from '../../evals/engine/forecast-run.ts';
import { rescoreRun } from '../../evals/engine/rescore-run.ts';
import { type RunOutcome, runSuite } from '../../evals/engine/run-suite.ts';
import { exitCodeOfRun } from '../../evals/gates/judge-gates.ts';
import { requireGates } from '../../evals/gates/parse-gate.ts';
import type { CasePlace } from '../../evals/reports/failed-cases.ts';
import { readRun } from '../../evals/reports/read-run.ts';
import type { LoadedSuite } from '../../evals/suite.ts';
import { runFiles } from '../../evals/summary.ts';
import { AppError } from '../domain/errors.ts';
import { createAskingProgress } from './asking-progress.ts';
import { describeForecast, describeSummary } from './describe-summary.ts';
import { writeReports } from './eval-reports.ts';
import type { RescoreRunOptions, RunSuiteOptions } from './eval-run.ts';
import type { Invocation } from './invocation.ts';
import { openMetrics } from './open-metrics.ts';
import { openSuite, openSuiteData, selectionOf, withOptions } from './open-suite.ts';
import { openSuiteTarget } from './open-suite-target.ts';
import { createStepProgress } from './progress.ts';

/** Runs a suite. Resolves to the exit code: 0, 2 for an invalid run, 3 at the end of the budget, 4 when a gate fails. */
export async function runSuiteCommand(context: Invocation, name: string, options: RunSuiteOptions): Promise<number> {
  const suite = withOptions(await openSuite(name), options);
  const run = await runOpened(context, suite, options);
  if (run === null) return 0;
  const { summary, folder, reused, spent, throughput } = run;
  context.output.result({ ...summary, folder, reused, spent, throughput }, () => describeSummary(run));
  return exitCodeOfRun(summary);
}

/** Null after a dry run, which prints its forecast. */
export async function runOpened(
  context: Invocation,
  suite: LoadedSuite,
  options: Partial<RunSuiteOptions>,
): Promise<(RunOutcome & { readonly folder: string }) | null> {
  const { config, signal } = context;
  const metrics = await openMetrics(config, suite.metrics, { suite, cache: options.cache ?? 'rw' });
  requireGates(
    suite.gates,
    metrics.map(({ name }) => name),
  );
  const dataset = await openSuiteData(suite);
  const selection = await selectionOf(suite, options);
  const { repeats } = suite;
  const target = await openSuiteTarget(config, suite, dataset);
  const folder = resolve(options.resume ?? options.out ?? newFolder(config.dataDir, suite.name));
  const sayHowItEnds = () =>
    context.progress.note('Interrupted: what is being asked ends first. Once more ends at once.');
  signal.addEventListener('abort', sayHowItEnds, { once: true });
  try {
    if (options.dryRun) {
      const forecast = await forecastRun({ suite, dataset, selection, metrics, target, repeats });
      context.output.result(forecast, describeForecast);
      return null;
    }
    const baselineFolder = options.baseline ?? (suite.baseline && existsSync(suite.baseline) ? suite.baseline : null);
    const baseline = baselineFolder === null ? null : await readRun(baselineFolder);
    const outcome = await runSuite({
      ...{ suite, dataset, metrics, target, selection, repeats, signal },
      out: folder,
      resume: options.resume !== undefined,
      retryErrors: options.retry === 'errors',
      cache: options.cache ?? 'rw',
      cacheFolder: join(config.dataDir, 'evals', 'cache'),
      baseline,
      now: () => new Date(),
      progress: {
        step: createStepProgress(context.progress),
        asking: createAskingProgress(context.progress, process.stderr.isTTY === true),
      },
    });
    const { report: files = [] } = options;
    if (files.length > 0)
      await writeReports(folder, files, {
        // Gates say that a baseline of other cases is none; the reports go without it.
        baseline: baseline?.plan.dataset.hash === dataset.hash ? baselineFolder : null,
        places: await placesOf(dataset),
      });
    return { ...outcome, folder };
  } catch (error) {
    throw AppError.from(error).code === 'STORAGE_FULL' ? noRoom(folder, error) : error;
  } finally {
    signal.removeEventListener('abort', sayHowItEnds);
    context.progress.end();
    await target.close();
  }
}

/** Where each case stands in the file that it came from. */
async function placesOf({ cases }: Pick<Dataset, 'cases'>): Promise<Map<string, CasePlace>> {
  const places = new Map<string, CasePlace>();
  for await (const { case: one, file, line } of cases()) places.set(one.id, { file: relative('.', file), line });
  return places;
}

function noRoom(folder: string, cause: unknown): AppError {
  const next = existsSync(join(folder, runFiles.plan)) ? `--resume ${folder} goes on where it was` : 'run it again';
  return new AppError('STORAGE_FULL', `There is no room left for the run in ${folder}. With room, ${next}.`, { cause });
}

/** Computes the cells of a run again. Resolves to the exit code. */
export async function rescoreCommand(
  context: Invocation,
  folder: string,
  { metric: names, suite: name, baseline, calibration }: RescoreRunOptions,
): Promise<number> {
  const suite = name === undefined ? undefined : await openSuite(name);
  const step = createStepProgress(context.progress);
  const summary = await rescoreRun({
    folder,
    openMetrics: (wanted) => openMetrics(context.config, wanted, { suite, cache: 'rw' }),
    names,
    baseline: baseline === undefined ? null : await readRun(baseline),
    calibration: calibration ?? null,
    progress: step,
    signal: context.signal,
  });
  context.progress.end();
  const spent = { ...summary.usage, calls: 0, cost: 0, tokens: 0 };
  const described = { summary, folder, reused: summary.cases * summary.repeats, spent };
  context.output.result({ ...summary, folder }, () => describeSummary(described));
  return exitCodeOfRun(summary);
}

function newFolder(dataDir: string, suite: string): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  const folder = join(dataDir, 'evals', `${suite}-${time}`);
  if (!existsSync(folder)) return folder;
  for (let count = 2; ; count += 1) if (!existsSync(`${folder}-${count}`)) return `${folder}-${count}`;
}
