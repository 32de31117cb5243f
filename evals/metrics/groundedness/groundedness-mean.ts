import type { CaseMetric } from '../../metric.ts';
import { ok } from '../score.ts';
import { type Grounds, groundsNames, isSupported, scoreClaims, textsOf } from './score-claims.ts';

/**
 * Supported claims / claims, in [0, 1], against the quotes that each cites or against all retrieved passages. A claim is a sentence that says something; a
 * partly supported one is not supported. `na` for a refusal, without a claim and, against the context, where the target does not give the passages' texts. Source: groundedness of Google's Check Grounding and
 * faithfulness of Es et al. 2024, "RAGAS", by sentences and the product's lexical scorer.
 */
export const groundednessMean = (grounds: Grounds): CaseMetric => ({
  of: 'case',
  name: `groundednessMean${groundsNames[grounds].suffix}`,
  group: 'groundedness',
  description: `Share of the claims that are supported by ${groundsNames[grounds].text}`,
  better: 'higher',
  unit: 'share',
  version: 1,
  score: (answered) =>
    scoreClaims(answered, grounds, (claims) =>
      ok(
        claims.filter(isSupported).length / claims.length,
        textsOf(claims, (one) => !isSupported(one)),
      ),
    ),
});
