import type { Answered, CaseMetric, SuiteMetric } from '../evals/metric.ts';
import { metricsNamed } from '../evals/metrics/registry.ts';
import { answered } from './recorded-answer.ts';

/** The value of a metric for a case and an answer to it, or in its place `na` or `error`. */
export function scoreOf(name: string, ...given: Parameters<typeof answered>): number | 'na' | 'error' {
  const score = (metricsNamed([name])[0] as CaseMetric).score(answered(...given));
  return score.status === 'ok' ? score.value : score.status;
}

/** The value of a suite metric over answers, each counting as often as `counts` says, once without it. */
export function suiteScoreOf(
  name: string,
  given: readonly Answered[],
  counts = new Float64Array(given.length).fill(1),
): number | null {
  const metric = metricsNamed([name])[0] as SuiteMetric;
  return metric.weigh(given.map((one) => metric.read(one)))(counts);
}
