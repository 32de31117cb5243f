import { join } from 'node:path';
import { loadJudgePrompts } from '../../evals/judge/judge-prompts.ts';
import { judgedMetricNames, judgedMetrics } from '../../evals/judge/judged-metrics.ts';
import { openJudge } from '../../evals/judge/open-judge.ts';
import type { Metric } from '../../evals/metric.ts';
import { metricsNamed } from '../../evals/metrics/registry.ts';
import type { Config } from '../config.ts';
import { AppError } from '../domain/errors.ts';

const isJudged = (name: string) => (judgedMetricNames as readonly string[]).includes(name);

/** The metrics of these names, those that a model judges too. Throws INVALID_REQUEST for an unknown one, and for a judged one without a judge. */
export async function openMetrics(config: Config, names: readonly string[]): Promise<readonly Metric[]> {
  const judged = names.filter(isJudged);
  if (judged.length === 0) return metricsNamed(names);
  const judge = await openJudge(config.evalJudge, { folder: join(config.dataDir, 'evals', 'verdicts') });
  if (judge === null)
    throw new AppError('INVALID_REQUEST', 'The suite has metrics that a model judges, and there is no judge.', {
      errors: [{ field: judged.join(', '), expected: 'EVAL_JUDGE_MODEL set', received: 'nothing' }],
    });
  const byModel = judgedMetrics({ ...judge, prompts: loadJudgePrompts() });
  const found = names.flatMap((name) =>
    isJudged(name) ? byModel.filter((metric) => metric.name === name) : metricsNamed([name]),
  );
  return [...new Map(found.map((metric) => [metric.name, metric])).values()];
}
