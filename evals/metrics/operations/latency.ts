import type { CaseMetric } from '../../metric.ts';
import { na, okOrNa } from '../score.ts';

/**
 * Milliseconds of a stage, at least 0: `firstEvent`, `firstSentence`, `total` or one of the target's own, such as `retrieve`. `na` for an
 * answer from the target's store, whose time says nothing of the stage, and where the target does not give the stage.
 */
export const latency = (stage: string): CaseMetric => ({
  of: 'case',
  name: `latency:${stage}`,
  group: 'operations',
  description: stage === 'total' ? 'Time to the last event' : `Time of ${stage}`,
  better: 'lower',
  unit: 'milliseconds',
  version: 1,
  score: ({ answer }) =>
    answer.cached
      ? na('an answer that was kept')
      : okOrNa(answer.latency[stage] ?? null, `the target gives no time of ${stage}`),
});
