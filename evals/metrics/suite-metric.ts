import type { SuiteMetric } from '../metric.ts';

/** A suite metric from what it reads of each answer, and how it weighs that. */
export function suiteMetric<Read>(
  shape: Omit<SuiteMetric, 'of' | 'read' | 'weigh'>,
  read: SuiteMetric<Read>['read'],
  weigh: SuiteMetric<Read>['weigh'],
): SuiteMetric<Read> {
  return { ...shape, of: 'suite', read, weigh };
}
