import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { characters, type Grounds, groundsNames, isSupported, scoreClaims } from './score-claims.ts';

/**
 * Characters of supported claims / characters of claims, in [0, 1]: long sentences count for more. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts.
 */
export const groundednessCharacters = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `groundednessCharacters${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Share of the characters in claims that are supported by ${groundsNames[grounds].text}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, grounds, (claims) => ok(characters(claims.filter(isSupported)) / characters(claims))),
});
