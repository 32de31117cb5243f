import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { isSupported, type JudgedClaim, scoreClaims, textsOf } from './score-claims.ts';

/**
 * Claims that the retrieved passages support and their cited quotes do not / claims, in [0, 1]: true, but with the wrong proof. `na` for a refusal, without a
 * claim and where the target does not give the passages' texts.
 */
export const misattributionRate: CaseMetric = {
  of: 'case',
  name: 'misattributionRate',
  group: 'groundedness',
  description: 'Share of the claims that the context supports and their quotes do not',
  better: 'lower',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, 'context', (claims) => {
      const isMisattributed = (one: JudgedClaim) => isSupported(one) && one.byQuotes.label !== 'supported';
      return ok(claims.filter(isMisattributed).length / claims.length, textsOf(claims, isMisattributed));
    }),
};
