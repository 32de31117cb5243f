import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../../domain/ids.ts';
import type { NamedWeights, OwnRanker, RankerStore } from '../../../store/rankers.ts';
import type { RankerSide, RankerWeights } from '../ranker.ts';
import type { ShippedFit } from '../shipped-fit.ts';

/** Weights that rank a tenant's questions, with the time of their fit. */
export type RankingWeights = Readonly<Record<RankerSide, RankerWeights>> & { readonly fittedAt: string };

export interface OwnWeights {
  /** Those that the tenant fitted; null where the shipped ones rank. */
  of(tenant: TenantId): Promise<RankingWeights | null>;
  /** What this process put into use or took out counts on its next question. */
  forget(tenant: TenantId): void;
}

interface OwnWeightsDeps {
  readonly rankers: Pick<RankerStore, 'get'>;
  readonly shipped: ShippedFit;
  /** Milliseconds. */
  readonly now: () => number;
}

const rememberedTenants = 1_000;
/** How long another process's fit or reset may go unseen. */
export const freshMilliseconds = 1_000;

/** Reads each tenant's row at most once in `freshMilliseconds`. Throws what the store throws. */
export function createOwnWeights({ rankers, shipped, now }: OwnWeightsDeps): OwnWeights {
  const remembered = new LRUCache<TenantId, { readonly at: number; readonly weights: Promise<RankingWeights | null> }>({
    max: rememberedTenants,
  });
  const read = async (tenant: TenantId) => {
    const own = await rankers.get(tenant);
    return own && namesSameFeatures(own, shipped) ? { fittedAt: own.fittedAt, ...own.weights } : null;
  };
  return {
    async of(tenant) {
      const known = remembered.get(tenant);
      if (known && now() - known.at < freshMilliseconds) return await known.weights;
      const entry = { at: now(), weights: read(tenant) };
      remembered.set(tenant, entry);
      try {
        return await entry.weights;
      } catch (error) {
        if (remembered.peek(tenant) === entry) remembered.delete(tenant);
        throw error;
      }
    },
    forget(tenant) {
      remembered.delete(tenant);
    },
  };
}

/** Whether the weights fit the features of today: they may have been fitted before some came or went. */
export function namesSameFeatures({ weights }: Pick<OwnRanker, 'weights'>, shipped: ShippedFit): boolean {
  const same = (own: NamedWeights, other: RankerWeights) => {
    const names = Object.keys(own.features);
    return names.length === Object.keys(other.features).length && names.every((name) => name in other.features);
  };
  return same(weights.hybrid, shipped.hybrid) && same(weights.lexical, shipped.lexical);
}
