import { LRUCache } from 'lru-cache';
import { type MaskedValues, restoreText } from '../chains/guard/mask-personal-data.ts';
import type { AnswerId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRelay } from '../store/answer-relay.ts';
import type { Restore } from './restore-values.ts';

interface Kept {
  readonly asker: string;
  readonly values: MaskedValues;
}

export interface KeptMasks {
  keep(principal: Principal, id: AnswerId, values: MaskedValues): void;
  /** Null for all but the asker, and after ten minutes for the asker too. */
  find(principal: Principal, id: AnswerId): Promise<Restore | null>;
}

const mostKept = 2_000;
const milliseconds = 600_000;

/**
 * What was hidden in questions, for as long as a stream may be resumed: in the memory of this process and, with a relay, for the other
 * servers of the deployment. A relay that is down costs the asker the values elsewhere, nothing more.
 */
export function createKeptMasks(relay: Pick<AnswerRelay, 'keep' | 'kept'> | null): KeptMasks {
  const masks = new LRUCache<string, Kept>({ max: mostKept, ttl: milliseconds });
  const askerOf = ({ userId, credential }: Principal) => userId ?? credential;
  const keyOf = ({ tenantId }: Principal, id: AnswerId) => `${tenantId}/${id}`;
  return {
    keep(principal, id, values) {
      if (Object.keys(values).length === 0) return;
      const kept: Kept = { asker: askerOf(principal), values };
      masks.set(keyOf(principal, id), kept);
      relay?.keep({ tenantId: principal.tenantId, id }, JSON.stringify(kept), milliseconds).catch(() => {});
    },
    async find(principal, id) {
      const elsewhere = async () => {
        const text = await relay?.kept({ tenantId: principal.tenantId, id }).catch(() => null);
        return text ? (JSON.parse(text) as Kept) : null;
      };
      const kept = masks.get(keyOf(principal, id)) ?? (await elsewhere());
      return kept?.asker === askerOf(principal) ? (text) => restoreText(text, kept.values) : null;
    },
  };
}
