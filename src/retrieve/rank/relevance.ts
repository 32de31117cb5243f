import type { Features } from './passage-features.ts';

/** What tells whether the passages answer a question at all: the best that any passage has of some features, and how the first stands out. */
export const lexicalRelevanceFeatures = ['windowCoverage', 'pairs', 'bm25Ideal', 'odds', 'lead'] as const;
export const denseRelevanceFeatures = ['cosine', 'windowMixed', 'agreement', 'windowLead'] as const;
/** What the fit with vectors looks at: more signs by words moved questions of other sets the wrong way. */
export const hybridRelevanceFeatures = ['windowCoverage', ...denseRelevanceFeatures] as const;
export const relevanceFeatures = [...lexicalRelevanceFeatures, ...denseRelevanceFeatures] as const;
export type RelevanceFeatureName = (typeof relevanceFeatures)[number];
export type RelevanceFeatures = Readonly<Record<RelevanceFeatureName, number>>;

export interface JudgedPassage {
  readonly features: Features;
  /** Of the ranker, in [0, 1]. */
  readonly score: number;
}

const leastScore = 1e-6;
const comparedWindows = 9;

/** `odds` are the logarithmic odds of the best passage, `lead` how far those of the second lie behind, `agreement` whether words and vectors put the same one first, `windowLead` how far the best window's cosine lies above the mean of the next nine. */
export function relevanceFeaturesOf(passages: readonly JudgedPassage[]): RelevanceFeatures {
  const best = (name: keyof Features) => Math.max(0, ...passages.map(({ features }) => features[name]));
  const [first, second] = passages.map(({ score }) => score).sort((one, other) => other - one);
  const odds = logOdds(first ?? 0);
  const [window = 0, ...next] = passages
    .map(({ features }) => features.window)
    .sort((one, other) => other - one)
    .slice(0, 1 + comparedWindows);
  const nextMean = next.reduce((sum, value) => sum + value, 0) / (next.length || 1);
  return {
    windowCoverage: best('windowCoverage'),
    pairs: best('pairs'),
    bm25Ideal: best('bm25Ideal'),
    odds,
    lead: odds - logOdds(second ?? 0),
    cosine: best('cosine'),
    windowMixed: best('windowMixed'),
    agreement: passages.some(({ features }) => features.bm25Share === 1 && features.cosineShare === 1) ? 1 : 0,
    windowLead: next.length > 0 ? window - nextMean : 0,
  };
}

export interface RelevanceWeights {
  readonly intercept: number;
  readonly features: Readonly<Partial<Record<RelevanceFeatureName, number>>>;
}

/** Probability in [0, 1] that the passages answer the question. */
export function judgeRelevance(
  { intercept, features: weights }: RelevanceWeights,
  features: RelevanceFeatures,
): number {
  const odds = relevanceFeatures.reduce((sum, name) => sum + (weights[name] ?? 0) * features[name], intercept);
  return 1 / (1 + Math.exp(-odds));
}

function logOdds(score: number): number {
  const bounded = Math.min(1 - leastScore, Math.max(leastScore, score));
  return Math.log(bounded / (1 - bounded));
}
