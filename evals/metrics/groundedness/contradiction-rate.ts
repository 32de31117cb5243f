import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { type Grounds, groundsNames, isContradicted, scoreClaims, textsOf } from './score-claims.ts';

/**
 * Claims with another number, or the opposite of what is said / claims, in [0, 1]: the scorer's reasons `number-mismatch` and `opposite-polarity`. They are flags
 * with a false alarm now and then, not a proof. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts.
 */
export const contradictionRate = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `contradictionRate${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Share of the claims that are contradicted by ${groundsNames[grounds].text}`,
  better: 'lower',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, grounds, (claims) =>
      ok(claims.filter(isContradicted).length / claims.length, textsOf(claims, isContradicted)),
    ),
});
