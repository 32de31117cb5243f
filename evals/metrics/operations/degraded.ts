import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';

/**
 * 1 when a step of the answer fell back to a simpler one, else 0. The evidence names the steps.
 */
export const degraded: CaseMetric = {
  of: 'case',
  name: 'degraded',
  group: 'operations',
  description: 'Share of answers of which a step was degraded',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: ({ answer }) => ok(Number(answer.degraded.length > 0), answer.degraded),
};
