import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { type Grounds, groundsNames, isUnsupported, scoreClaims, textsOf } from './score-claims.ts';

/**
 * Claims labelled unsupported / claims, in [0, 1]; partly supported ones are not counted. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts.
 */
export const unsupportedRate = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `unsupportedRate${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Share of the claims that are not supported at all by ${groundsNames[grounds].text}`,
  better: 'lower',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, grounds, (claims) =>
      ok(claims.filter(isUnsupported).length / claims.length, textsOf(claims, isUnsupported)),
    ),
});
