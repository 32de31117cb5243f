import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';

/**
 * 1 for an answer from the target's own store of earlier answers, else 0.
 */
export const cacheRate: CaseMetric = {
  of: 'case',
  name: 'cacheRate',
  group: 'operations',
  description: 'Share of answers that were kept from before',
  better: 'none',
  unit: 'share',
  version: 1,
  score: ({ answer }) => ok(Number(answer.cached)),
};
