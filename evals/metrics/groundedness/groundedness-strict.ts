import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { type Grounds, groundsNames, isSupported, scoreClaims, textsOf } from './score-claims.ts';

/**
 * 1 when every claim is supported, else 0. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts.
 */
export const groundednessStrict = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `groundednessStrict${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Every claim is supported by ${groundsNames[grounds].text}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, grounds, (claims) =>
      ok(
        Number(claims.every(isSupported)),
        textsOf(claims, (one) => !isSupported(one)),
      ),
    ),
});
