import { LRUCache } from 'lru-cache';
import type { AnswerId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Restore } from './restore-values.ts';

interface Kept {
  readonly asker: string;
  readonly restore: Restore;
}

export interface KeptMasks {
  keep(principal: Principal, id: AnswerId, restore: Restore): void;
  /** Null for all but the asker, and after ten minutes for the asker too. */
  find(principal: Principal, id: AnswerId): Restore | null;
}

const mostKept = 2_000;
const milliseconds = 600_000;

/** What was hidden in questions, in memory only and for as long as a stream may be resumed. */
export function createKeptMasks(): KeptMasks {
  const masks = new LRUCache<string, Kept>({ max: mostKept, ttl: milliseconds });
  const askerOf = ({ userId, credential }: Principal) => userId ?? credential;
  const keyOf = ({ tenantId }: Principal, id: AnswerId) => `${tenantId}/${id}`;
  return {
    keep: (principal, id, restore) => void masks.set(keyOf(principal, id), { asker: askerOf(principal), restore }),
    find(principal, id) {
      const kept = masks.get(keyOf(principal, id));
      return kept?.asker === askerOf(principal) ? kept.restore : null;
    },
  };
}
