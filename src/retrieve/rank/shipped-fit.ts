import { sha256 } from '../../domain/sha256.ts';
import { RankerFit, rankerSides } from './ranker.ts';
import fit from './ranker-fit.json' with { type: 'json' };

/** The fit that the project ships, with the hash of its weights, by which a tenant's own ones name what they were pulled towards. */
export interface ShippedFit extends RankerFit {
  readonly hash: string;
}

export function readShippedFit(): ShippedFit {
  const parsed = RankerFit.parse(fit);
  const weights = JSON.stringify(rankerSides.map((side) => parsed[side]));
  return { ...parsed, hash: `sha256:${sha256(weights)}` };
}
