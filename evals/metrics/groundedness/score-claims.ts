import type { Groundedness } from '../../../src/chains/ground/score-groundedness.ts';
import type { Answered, Score } from '../../metric.ts';
import { type Claim, readAnswer } from '../read-answer.ts';
import { na } from '../score.ts';
import { scoreGiven } from '../score-given.ts';

/** What claims are held against: the quotes that each cites, which is what this product promises, or all that was retrieved. */
export type Grounds = 'quotes' | 'context';

export const groundsNames = {
  quotes: { suffix: '', text: 'the quotes that it cites' },
  context: { suffix: 'InContext', text: 'the retrieved passages' },
} as const;

export interface JudgedClaim extends Claim, Pick<Groundedness, 'score' | 'label' | 'reasons'> {}

/** Scores the claims of an answer against their grounds; there is at least one. */
export function scoreClaims(
  answered: Answered,
  grounds: Grounds,
  formula: (claims: readonly JudgedClaim[]) => Score,
): Score {
  return scoreGiven(answered, ({ answer }) => {
    const { claims, byContext } = readAnswer(answer);
    if (claims.length === 0) return na('the answer claims nothing');
    const judged = claims.flatMap((claim) => {
      const verdict = grounds === 'quotes' ? claim.byQuotes : byContext(claim);
      return verdict ? [{ ...claim, score: verdict.score, label: verdict.label, reasons: verdict.reasons }] : [];
    });
    return judged.length > 0 ? formula(judged) : na('the target does not give the texts of passages');
  });
}

export const isSupported = ({ label }: JudgedClaim) => label === 'supported';
export const isUnsupported = ({ label }: JudgedClaim) => label === 'unsupported';

/** Flags, which now and then are wrong of a free paraphrase. */
export const isContradicted = ({ reasons }: JudgedClaim) =>
  reasons.includes('number-mismatch') || reasons.includes('opposite-polarity');

export function textsOf(claims: readonly JudgedClaim[], isMeant: (claim: JudgedClaim) => boolean): string[] {
  return claims.filter(isMeant).map(({ text }) => text);
}

export function characters(claims: readonly JudgedClaim[]): number {
  return claims.reduce((sum, { text }) => sum + text.length, 0);
}
