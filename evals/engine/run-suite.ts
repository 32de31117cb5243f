import { AppError } from '../../src/domain/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Metric } from '../metric.ts';
import type { Run } from '../reports/read-run.ts';
import type { LoadedSuite } from '../suite.ts';
import type { SuiteTarget } from '../suite-target.ts';
import type { RunPlan, RunSummary } from '../summary.ts';
import type { Progress } from '../target.ts';
import { type AskingState, askCases } from './ask-cases.ts';
import { type Budget, createBudget, type Spend } from './budget.ts';
import { type CacheMode, openKeptResults } from './kept-results.ts';
import { createLimiter, unlimited } from './limiter.ts';
import { planRun, requireSamePlan } from './plan-run.ts';
import { openRecordings } from './recordings.ts';
import { createRetry } from './retry.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { answersLog, cellsLog, keysOf } from './run-logs.ts';
import { hasCells, scoreCases } from './score-cases.ts';
import { type Selection, selectCases } from './select-cases.ts';
import { summarizeRun } from './summarize-run.ts';
import { openVerdictLog } from './verdict-log.ts';

export interface RunOptions {
  readonly suite: LoadedSuite;
  readonly dataset: Pick<Dataset, 'cases' | 'hash'>;
  readonly metrics: readonly Metric[];
  readonly target: SuiteTarget;
  readonly selection: Selection;
  readonly repeats: number;
  /** Folder of the run. */
  readonly out: string;
  /** Whether the folder holds a run that goes on; else it must hold none. */
  readonly resume: boolean;
  readonly retryErrors: boolean;
  readonly cache: CacheMode;
  readonly cacheFolder: string;
  readonly baseline: Run | null;
  /** Milliseconds before the first retry; for tests. */
  readonly firstWaitMilliseconds?: number;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly progress: { readonly step: Progress; readonly asking: (state: AskingState) => void };
}

export interface RunOutcome {
  readonly plan: RunPlan;
  readonly summary: RunSummary;
  /** By this call alone, or by what it went on with. */
  readonly spent: Spend;
  readonly reused: number;
  readonly throughput: Throughput;
}

/** How many questions this call asked, and the seconds that it took. It stands in no file of the run: only times tell two equal runs apart. */
export interface Throughput {
  readonly asked: number;
  readonly seconds: number;
}

/**
 * Asks what the suite asks, scores the answers and writes the folder of the run; what the folder holds already is neither asked nor scored again.
 * Throws RUN_FOLDER_IN_USE, RECORDING_MISSING, TARGET_UNAVAILABLE, STORAGE_FULL, and INVALID_REQUEST for a folder or a suite that does not fit.
 */
export async function runSuite(options: RunOptions): Promise<RunOutcome> {
  const { suite, dataset, selection, metrics, repeats, target, signal, progress } = options;
  await using folder = await openRunFolder(options.out);
  requireFitting(folder, options.resume);
  const cases = folder.plan?.dataset.cases ?? (await folder.writeCases(selectCases(dataset.cases, selection)));
  const recordings = options.cache === 'replay' ? await openRecordings(suite, target.configuration) : null;
  const { identity } = recordings ?? (await target.prepare(progress.step, signal));
  const plan = planRun({
    ...{ suite, selection, metrics, identity, repeats },
    dataset: { hash: dataset.hash, cases },
    startedAt: options.now(),
  });
  if (folder.plan) requireSamePlan(folder.plan, plan, folder.path);
  else await folder.write('plan', plan);
  const { state, reused, throughput, budget } = await fillFolder(options, { folder, identity, cases, recordings });
  const summary = await summarizeRun({
    files: folder.files,
    plan: folder.plan ?? plan,
    metrics,
    gates: suite.gates,
    named: isPart(options) ? [] : suite.metrics,
    maxErrorRate: suite.maxErrorRate,
    state,
    baseline: options.baseline,
    calibration: suite.calibration ?? null,
  });
  await folder.write('summary', summary);
  return { plan: folder.plan ?? plan, summary, spent: budget.spent, reused, throughput };
}

/** A part of a suite may have no case that a metric needs; the whole of it must have one. */
function isPart({ selection, suite }: RunOptions): boolean {
  const { only, shard, sample, limit, filters } = selection;
  return [only, shard, sample, limit].some((part) => part !== null) || filters.length > suite.data.filter.length;
}

function requireFitting(folder: RunFolder, resume: boolean): void {
  if (resume === (folder.plan !== null)) return;
  const [expected, received] = resume
    ? ['the folder of a run that has begun', 'a folder without one']
    : ['a new or empty folder', `a run of ${folder.plan?.suite}; --resume goes on with it`];
  throw new AppError('INVALID_REQUEST', `The run cannot be written into ${folder.path}.`, {
    errors: [{ field: resume ? '--resume' : '--out', expected, received }],
  });
}

interface Filling {
  readonly folder: RunFolder;
  readonly identity: string;
  readonly cases: number;
  readonly recordings: Awaited<ReturnType<typeof openRecordings>> | null;
}

async function fillFolder(options: RunOptions, { folder, identity, cases, recordings }: Filling) {
  const { suite, repeats, retryErrors, signal, progress } = options;
  const { requestsPerMinute = null, tokensPerMinute = null } = suite.target.kind === 'in-process' ? {} : suite.target;
  const metrics = options.metrics.filter(hasCells);
  const kept = await openKeptResults(options.cacheFolder, options.cache);
  const answers = await answersLog(folder.file('answers'));
  const cells = await cellsLog(folder.file('cells'), metrics.length);
  const budget = createBudget({ cost: suite.budget.cost ?? null, tokens: suite.budget.tokens ?? null });
  const isJudged = metrics.some((metric) => metric.of === 'judged');
  const ledger = isJudged ? await openVerdictLog(folder.file('verdicts'), budget) : null;
  const total = cases * repeats;
  let [reused, done] = [0, 0];
  try {
    if (options.resume) await countSpent(folder, budget);
    const began = performance.now();
    const asked = await askCases(
      {
        ...{ target: options.target, identity, kept, answers, budget, repeats, retryErrors, stop: signal },
        recordings: recordings?.answer ?? null,
        retry: createRetry({
          retries: suite.retries,
          ...(options.firstWaitMilliseconds === undefined
            ? {}
            : { firstWaitMilliseconds: options.firstWaitMilliseconds }),
        }),
        limiter: suite.target.kind === 'in-process' ? unlimited : createLimiter({ requestsPerMinute, tokensPerMinute }),
        concurrency: suite.concurrency,
        timeoutMilliseconds: suite.timeoutSeconds * 1000,
        onProgress: (now) => {
          ({ reused, done } = now);
          progress.asking(now);
        },
      },
      folder.files.cases(),
      total,
    );
    const throughput = { asked: done - reused, seconds: (performance.now() - began) / 1000 };
    // What was interrupted is still scored as far as it came: only a second interrupt ends that.
    const stop = new AbortController().signal;
    const scored = await scoreCases(
      {
        ...{ metrics, cells, answers, kept, ledger, repeats, retryErrors, stop },
        concurrency: suite.concurrency,
        onProgress: (done) => progress.step('scoring', done, total),
      },
      folder.files.cases(),
    );
    await answers.finish(keysOf(folder.files.cases(), repeats));
    await cells.finish(keysOf(folder.files.cases(), repeats));
    await ledger?.finish();
    return { state: asked === 'complete' ? scored : asked, reused, throughput, budget };
  } finally {
    await Promise.allSettled([answers.close(), cells.close(), ledger?.close()]);
    kept.close();
    await recordings?.close();
  }
}

async function countSpent({ files }: RunFolder, budget: Budget): Promise<void> {
  for await (const { answer } of files.answers()) if (answer) budget.count(answer);
}
