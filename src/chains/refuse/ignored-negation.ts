import type { TermWeights } from '../evidence/term-weights.ts';
import { contradictedTerm, polarityOf } from '../ground/polarity.ts';

const negation = /\b(?:not|never|no|none|nobody|nothing|without|cannot|unable|except|besides)\b|n['’]t\b/iu;
/** What or who is *not* so; `if I don't` and the like tell circumstances instead. */
const asksForWhatIsNot =
  /\b(?:who|whom|whose|what|which|where|when)\b(?:(?!\b(?:if|because|since|unless|until|when|but|and|that)\b)[^,.;])*?(?:\b(?:not|never|no|none|without|cannot|unable|except|besides)\b|n['’]t\b)/iu;
const asksForReason = /^\W*(?:why|how)\b/iu;

/**
 * 1 when the question asks for what is not so and the evidence states that very thing as so; .5 when the evidence denies nothing at all, or only
 * states it; 0 otherwise.
 */
export function ignoredNegation(question: string, evidence: string, weights: Pick<TermWeights, 'terms'>): number {
  if (asksForReason.test(question) || !asksForWhatIsNot.test(question)) return 0;
  const polarity = (text: string) => polarityOf(text, weights.terms(text));
  const isContradicted = contradictedTerm(polarity(question), polarity(evidence)) !== null;
  return (Number(!negation.test(evidence)) + Number(isContradicted)) / 2;
}
