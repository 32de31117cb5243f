import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Metric } from '../metric.ts';
import { type Run, readRun } from '../reports/read-run.ts';
import type { RunSummary } from '../summary.ts';
import type { Progress } from '../target.ts';
import { createBudget } from './budget.ts';
import { nothingKept } from './kept-results.ts';
import { plannedMetric } from './plan-run.ts';
import { openRunFolder } from './run-folder.ts';
import { answersLog, cellsLog, keysOf } from './run-logs.ts';
import { hasCells, scoreCases } from './score-cases.ts';
import { summarizeRun } from './summarize-run.ts';
import { openVerdictLog } from './verdict-log.ts';

export interface RescoreOptions {
  readonly folder: string;
  readonly openMetrics: (names: readonly string[]) => Promise<readonly Metric[]>;
  /** Empty: those of the run. */
  readonly names: readonly string[];
  /** What gates about differences compare with. */
  readonly baseline: Run | null;
  /** File with how well the judge of judged metrics agrees with people. */
  readonly calibration: string | null;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const judgedAtOnce = 4;

/**
 * Computes all cells of a run again from its answers, judges its gates by them and writes both, with the versions of the metrics in its plan. The
 * cells that were there stay until all new ones are. Throws RUN_FOLDER_IN_USE, and INVALID_REQUEST for a folder that holds no run that has ended.
 */
export async function rescoreRun({ folder: path, progress, signal, ...options }: RescoreOptions): Promise<RunSummary> {
  const { summary: earlier, plan } = await readRun(path);
  await using folder = await openRunFolder(path);
  const names = options.names.length > 0 ? options.names : plan.metrics.map(({ name }) => name);
  const metrics = await options.openMetrics(names);
  const scored = metrics.filter(hasCells);
  const unfinished = `${folder.file('cells')}.new`;
  const unfinishedVerdicts = `${folder.file('verdicts')}.new`;
  const removeUnfinished = async () => {
    for (const path of [unfinished, unfinishedVerdicts]) await rm(path, { force: true });
  };
  await removeUnfinished();
  const answers = await answersLog(folder.file('answers'));
  const cells = await cellsLog(unfinished, scored.length);
  const isJudged = scored.some((metric) => metric.of === 'judged');
  const unlimited = createBudget({ cost: null, tokens: null });
  const ledger = isJudged ? await openVerdictLog(unfinishedVerdicts, unlimited) : null;
  const total = plan.dataset.cases * plan.repeats;
  try {
    const onProgress = (done: number) => progress('scoring', done, total);
    await scoreCases(
      {
        metrics: scored,
        cells,
        answers,
        kept: nothingKept,
        ledger,
        repeats: plan.repeats,
        retryErrors: false,
        stop: signal,
        concurrency: judgedAtOnce,
        onProgress,
      },
      folder.files.cases(),
    );
    signal.throwIfAborted();
    await cells.finish(keysOf(folder.files.cases(), plan.repeats));
    await ledger?.finish();
    await rename(unfinished, folder.file('cells'));
    if (existsSync(unfinishedVerdicts)) await rename(unfinishedVerdicts, folder.file('verdicts'));
    else await rm(folder.file('verdicts'), { force: true });
  } finally {
    await Promise.allSettled([answers.close(), cells.close(), ledger?.close()]);
    await removeUnfinished();
  }
  const rescored = { ...plan, metrics: metrics.map(plannedMetric) };
  await folder.write('plan', rescored);
  const gates = earlier.gates.map(({ gate }) => gate);
  const state = earlier.state === 'invalid' ? 'complete' : earlier.state;
  const summary = await summarizeRun({
    files: folder.files,
    plan: rescored,
    metrics,
    gates,
    named: options.names,
    baseline: options.baseline,
    calibration: options.calibration,
    state,
    maxErrorRate: earlier.maxErrorRate ?? 0,
  });
  await folder.write('summary', summary);
  return summary;
}
