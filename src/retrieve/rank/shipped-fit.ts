import { createHash } from 'node:crypto';
import { RankerFit } from './ranker.ts';
import fit from './ranker-fit.json' with { type: 'json' };

/** The fit that the project ships, with the hash of its weights, by which a tenant's own ones name what they were pulled towards. */
export interface ShippedFit extends RankerFit {
  readonly hash: string;
}

export function readShippedFit(): ShippedFit {
  const parsed = RankerFit.parse(fit);
  const weights = JSON.stringify([parsed.hybrid, parsed.lexical]);
  return { ...parsed, hash: `sha256:${createHash('sha256').update(weights).digest('hex')}` };
}
