import { join } from 'node:path';
import type { CacheMode } from '../../evals/engine/kept-results.ts';
import { judgedMetricNames, judgedMetrics } from '../../evals/judge/judged-metrics.ts';
import { openJudge } from '../../evals/judge/open-judge.ts';
import { createVerdictCache, openRecordedVerdicts, type VerdictCache } from '../../evals/judge/verdict-cache.ts';
import type { Metric } from '../../evals/metric.ts';
import { metricsNamed } from '../../evals/metrics/registry.ts';
import type { LoadedSuite } from '../../evals/suite.ts';
import { runFiles } from '../../evals/summary.ts';
import type { Config } from '../config.ts';
import { AppError } from '../domain/errors.ts';

const isJudged = (name: string) => (judgedMetricNames as readonly string[]).includes(name);

export interface OpenMetricsOptions {
  /** Whose `judge` is asked, and whose recordings `replay` gives again; without one EVAL_JUDGE_MODEL is asked. */
  readonly suite: LoadedSuite | undefined;
  readonly cache: CacheMode;
}

/**
 * The metrics of these names, those that models judge too. Throws INVALID_REQUEST for an unknown one, for a judged one without a judge, and for recordings
 * without verdicts.
 */
export async function openMetrics(
  config: Config,
  names: readonly string[],
  { suite, cache }: OpenMetricsOptions,
): Promise<readonly Metric[]> {
  const judged = names.filter(isJudged);
  if (judged.length === 0) return metricsNamed(names);
  const verdicts = await openVerdicts(config, cache, suite?.recordings);
  const panel = await openJudge(config.evalJudge, { suite, cache: verdicts });
  if (panel === null)
    throw new AppError('INVALID_REQUEST', 'The suite has metrics that a model judges, and there is no judge.', {
      errors: [
        { field: judged.join(', '), expected: 'EVAL_JUDGE_MODEL, or judge.models of the suite', received: 'nothing' },
      ],
    });
  const byModel = judgedMetrics(panel);
  const found = names.flatMap((name) =>
    isJudged(name) ? byModel.filter((metric) => metric.name === name) : metricsNamed([name]),
  );
  return [...new Map(found.map((metric) => [metric.name, metric])).values()];
}

/** Verdicts of earlier runs, as answers are kept. */
export async function openVerdicts(
  { dataDir }: Config,
  cache: CacheMode,
  recordings?: string,
): Promise<VerdictCache | null> {
  if (cache === 'off') return null;
  if (cache === 'replay' && recordings) return await openRecordedVerdicts(join(recordings, runFiles.verdicts));
  return createVerdictCache(join(dataDir, 'evals', 'verdicts'), { isReadOnly: cache !== 'rw' });
}
