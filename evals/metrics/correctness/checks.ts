import type { CaseMetric } from '../../metric.ts';
import { brokenPattern, meetsChecks } from '../meets-checks.ts';
import { na, ok } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/**
 * Checks met / checks, in [0, 1], over those that need no model: phrases, patterns, numbers with their tolerance. `na` for a refusal and without such a
 * check, `error` where a pattern is no regular expression.
 */
export const checks: CaseMetric = {
  of: 'case',
  name: 'checks',
  group: 'correctness',
  description: 'Share of the checks of the case that the answer meets',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreGiven(answered, ({ case: own, answer }) => {
      const broken = own.checks.map(brokenPattern).find((pattern) => pattern !== null);
      if (broken) return { status: 'error', reason: `${broken} is no regular expression` };
      const results = meetsChecks(own.checks, answer.text);
      if (results.length === 0) return na('the case has no check that needs no model');
      const missed = results
        .filter(({ met }) => !met)
        .map(({ check }) => `${check.kind} ${[check.value].flat().join(' | ')}`);
      return ok(1 - missed.length / results.length, missed);
    }),
};
