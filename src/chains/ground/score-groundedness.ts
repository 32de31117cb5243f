import type { Withholding } from '../../domain/answer.ts';
import type { TermWeights } from '../evidence/term-weights.ts';
import { featuresOf, readClaim } from './groundedness-features.ts';
import { applyWeights, fittedWeights, type GroundednessWeights } from './groundedness-model.ts';
import { saysOpposite } from './opposite-polarity.ts';
import type { Evidence } from './read-evidence.ts';

export const groundednessLabels = ['supported', 'partial', 'unsupported'] as const;
export type GroundednessLabel = (typeof groundednessLabels)[number];

export interface Groundedness {
  /** In [0, 1]. */
  readonly score: number;
  readonly label: GroundednessLabel;
  readonly reasons: readonly (
    | 'uncovered-words'
    | 'number-mismatch'
    | 'unknown-name'
    | 'opposite-polarity'
    | 'nothing-to-check'
  )[];
  /** What each feature took from the logarithmic odds of "supported", before the cap of a wrong number or polarity. */
  readonly contributions: Readonly<Record<string, number>>;
}

export interface GroundednessInput {
  readonly sentence: string;
  /** What is to support it: the quotes that it cites, or the sentences of a context. */
  readonly evidence: Evidence;
  /** Words that neither count for nor against: the question, titles of the sources. */
  readonly given: readonly string[];
  /** What an answer as a whole answers: its words count, its names are no inventions. */
  readonly question?: string;
  readonly weights: TermWeights;
}

/** Name of the formula, for records and reports. */
export const groundednessVersion = 'lexical-v2';

/** Strict mode withholds below: less than half of the odds at which the fit is undecided, so that a free but true paraphrase passes. */
export const withheldBelow = 0.3;
const supportedFrom = 0.7;
/** A wrong number or the opposite polarity is not made good by the other words. */
export const cappedScore = 0.28;

/**
 * `lexical-v2`: a logistic model over named features (see `groundednessFeatures`), times .28 where a number with its unit or the polarity differs.
 * Words of `given` that the evidence lacks are left out of the count. The terms' weights must be prepared.
 */
export function scoreGroundedness(
  { sentence, ...sources }: GroundednessInput,
  model: GroundednessWeights = fittedWeights,
): Groundedness {
  const { evidence, weights } = sources;
  const claim = readClaim(sentence, sources);
  if (claim.wanted.size === 0)
    return { score: 0, label: 'unsupported', reasons: ['nothing-to-check'], contributions: {} };
  const features = featuresOf(claim, evidence);
  const { score, contributions } = applyWeights(model, features);
  const reasons: Groundedness['reasons'][number][] = [];
  if (score < supportedFrom) reasons.push('uncovered-words');
  if (features.unknownNames > 0) reasons.push('unknown-name');
  if (features.wrongNumber > 0) reasons.push('number-mismatch');
  if (saysOpposite(claim, evidence, weights)) reasons.push('opposite-polarity');
  const isCapped = reasons.includes('number-mismatch') || reasons.includes('opposite-polarity');
  const capped = isCapped ? cappedScore * score : score;
  return { score: capped, label: labelOf(capped), reasons, contributions };
}

/** Why strict mode withholds a sentence; null when it may be shown. */
export function withholdingOf({ label, reasons }: Groundedness): Withholding | null {
  if (reasons.includes('number-mismatch')) return 'number-mismatch';
  return label === 'unsupported' ? 'not-supported' : null;
}

function labelOf(score: number): GroundednessLabel {
  if (score >= supportedFrom) return 'supported';
  return score >= withheldBelow ? 'partial' : 'unsupported';
}
