import type { TenantId } from '../domain/ids.ts';

/** Weights of a linear ranker by the name of the feature: of its value, and of its distance from the question's mean. */
export interface NamedWeights {
  readonly intercept: number;
  readonly features: Readonly<Record<string, { readonly value: number; readonly within: number }>>;
}

/** How weights did on judged questions that they were not fitted on, beside the shipped ones. */
export interface GateVerdict {
  readonly passed: boolean;
  /** What kept them out of use, with its figures; empty when they passed. */
  readonly reasons: readonly string[];
  /** Questions with a passage that was judged relevant. */
  readonly questions: number;
  /** Mean nDCG@10 in [0, 1] with the shipped weights and with the fitted ones. */
  readonly before: number;
  readonly after: number;
  /** Mean of what each question gains, with its 95 % interval. */
  readonly gain: { readonly mean: number; readonly lower: number; readonly upper: number };
  /** ISO 8601, UTC. */
  readonly judgedAt: string;
  /** The tenant's generation of documents at the time. */
  readonly generation: number;
  /** SHA-256 of the judged questions with their passages and grades. */
  readonly judgements: string;
}

/** The weights that a tenant fitted, in use since their verdict. */
export interface OwnRanker {
  readonly fittedAt: string;
  /** Hash of the shipped weights that they were pulled towards. */
  readonly shippedHash: string;
  readonly weights: { readonly hybrid: NamedWeights; readonly lexical: NamedWeights };
  readonly verdict: GateVerdict;
}

export interface RankerStore {
  get(tenant: TenantId): Promise<OwnRanker | null>;
  /** False while another fit of the tenant holds the claim, which ends by itself after so many seconds. */
  claim(tenant: TenantId, fitter: string, seconds: number): Promise<boolean>;
  /** Puts the weights into use; false when the claim was lost, to a reset or to time. */
  save(tenant: TenantId, fitter: string, ranker: OwnRanker): Promise<boolean>;
  release(tenant: TenantId, fitter: string): Promise<void>;
  /** Back to the shipped weights; a fit that is running loses its claim. */
  reset(tenant: TenantId): Promise<void>;
}
