import type { CaseMetric } from '../evals/metric.ts';
import { metricsNamed } from '../evals/metrics/registry.ts';
import { answered } from './recorded-answer.ts';

/** The value of a metric for a case and an answer to it, or in its place `na` or `error`. */
export function scoreOf(name: string, ...given: Parameters<typeof answered>): number | 'na' | 'error' {
  const score = (metricsNamed([name])[0] as CaseMetric).score(answered(...given));
  return score.status === 'ok' ? score.value : score.status;
}
