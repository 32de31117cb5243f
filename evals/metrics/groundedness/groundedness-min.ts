import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { type Grounds, groundsNames, scoreClaims } from './score-claims.ts';

/**
 * The lowest score of a claim, in [0, 1]; what NLI scorers report of an answer. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts.
 */
export const groundednessMin = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `groundednessMin${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Lowest score of a claim against ${groundsNames[grounds].text}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) => scoreClaims(answered, grounds, (claims) => ok(Math.min(...claims.map(({ score }) => score)))),
});
