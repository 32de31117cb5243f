import type { TermWeights } from '../evidence/term-weights.ts';
import { heldShares } from './best-pieces.ts';
import type { Claim } from './groundedness-features.ts';
import { contradictedTerm, type Polarity, polarityOf, type StatedPolarity } from './polarity.ts';
import type { Evidence } from './read-evidence.ts';

/** A piece that holds less of a sentence is not what it speaks of. */
const closeFrom = 0.6;

/**
 * Whether a sentence says the opposite of its evidence. Its polarity is compared with the pieces that come closest: elsewhere the same word may
 * well stand without its negation, or with one. What no single piece holds is compared with all of them too.
 */
export function saysOpposite({ text, wanted }: Claim, evidence: Evidence, weights: TermWeights): boolean {
  const own = polarityOf(text, weights.terms(text));
  if (!mayContradict(own, evidence.polarity)) return false;
  const contradicts = (polarity: StatedPolarity) => contradictedTerm(own, polarity) !== null;
  const shares = heldShares(wanted, evidence);
  const best = Math.max(0, ...shares);
  const closest = evidence.pieces.filter((_piece, index) => shares[index] === best);
  if (best >= closeFrom && closest.every(({ polarity }) => contradicts(polarity))) return true;
  return best < 1 && contradicts(evidence.polarity);
}

/** Whether any term stands with a negation on one side and without one on the other: seldom, and cheap to tell. */
function mayContradict(own: Polarity, evidence: StatedPolarity): boolean {
  return (
    own.negated.values().some((term) => evidence.affirmed.has(term)) || !evidence.negated.isDisjointFrom(own.affirmed)
  );
}
