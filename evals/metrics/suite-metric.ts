import type { Answered, SuiteMetric } from '../metric.ts';

type Weigh = NonNullable<SuiteMetric['weigh']>;

/** A suite metric from its weighted form: its value is that of every answer counting once. */
export function suiteMetric(shape: Omit<SuiteMetric, 'of' | 'score' | 'weigh'>, weigh: Weigh): SuiteMetric {
  const score = (answered: readonly Answered[]) => weigh(answered)(new Float64Array(answered.length).fill(1));
  return { ...shape, of: 'suite', weigh, score };
}
