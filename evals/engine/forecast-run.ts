import type { EvalCase } from '../case.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Metric } from '../metric.ts';
import type { SuiteTarget } from '../suite-target.ts';
import { type PlanParts, planRun } from './plan-run.ts';
import { selectCases } from './select-cases.ts';

export interface RunForecast {
  readonly cases: number;
  readonly repeats: number;
  /** Of models, at most. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars, at most; null where no price is known. */
  readonly cost: number | null;
  /** Calls of judges, at most, beside these; how much they read depends on the answers. */
  readonly judgeCalls: number;
  /** Hash of the plan, as far as it is known without asking the target. */
  readonly plan: string;
}

interface ForecastParts extends Omit<PlanParts, 'dataset' | 'identity' | 'startedAt'> {
  readonly dataset: Pick<Dataset, 'cases' | 'hash'>;
  readonly target: Pick<SuiteTarget, 'configuration' | 'forecast'>;
}

/** What a run would ask and cost at most; nothing is asked. */
export async function forecastRun({ dataset, target, ...parts }: ForecastParts): Promise<RunForecast> {
  const sum = { cases: 0, calls: 0, inputTokens: 0, outputTokens: 0, judgeCalls: 0 };
  let cost: number | null = 0;
  for await (const one of selectCases(dataset.cases, parts.selection)) {
    const forecast = target.forecast(one);
    sum.cases += 1;
    sum.calls += forecast.calls * parts.repeats;
    sum.inputTokens += forecast.inputTokens * parts.repeats;
    sum.outputTokens += forecast.outputTokens * parts.repeats;
    sum.judgeCalls += judgeCallsOf(parts.metrics, one) * parts.repeats;
    cost = cost === null || forecast.cost === null ? null : cost + forecast.cost * parts.repeats;
  }
  const plan = planRun({
    ...parts,
    identity: target.configuration,
    dataset: { hash: dataset.hash, cases: sum.cases },
    startedAt: new Date(0),
  });
  return { ...sum, repeats: parts.repeats, cost, plan: plan.id };
}

/** What several metrics ask alike is asked once. */
function judgeCallsOf(metrics: readonly Metric[], one: EvalCase): number {
  const calls = new Map<string, number>();
  for (const metric of metrics)
    if (metric.of === 'judged')
      for (const question of metric.questions(one)) calls.set(question, metric.callsAQuestion);
  return calls.values().reduce((sum, count) => sum + count, 0);
}
