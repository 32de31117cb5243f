import { LRUCache } from 'lru-cache';
import type { AnswerEvent } from '../domain/answer.ts';
import type { TenantId } from '../domain/ids.ts';
import type { AnswerRecord } from '../store/answers.ts';

/** A whole answer, to be given again to who asks the same with the same rights of the same sources. */
export interface KeptAnswer {
  readonly tenant: TenantId;
  /** Of the tenant's rows, when it was computed. */
  readonly generation: number;
  readonly events: readonly AnswerEvent[];
  readonly record: AnswerRecord;
}

/** Answers that this process keeps. They are found by key alone; what drops them is memory, age, and the two below. */
export interface KeptAnswers {
  get(key: string): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
  /** Drops all of a tenant; returns how many. */
  forget(tenant: TenantId): number;
  /** Drops what was computed of an earlier generation: nobody can find it, and it may quote what was removed. */
  dropStale(generation: (tenant: TenantId) => Promise<number>): Promise<void>;
}

/** Answers are kept for so long at most, in so much memory; 0 bytes keep none. */
export function createKeptAnswers({ bytes, seconds }: { bytes: number; seconds: number }): KeptAnswers {
  const cache =
    bytes === 0
      ? null
      : new LRUCache<string, KeptAnswer>({
          maxSize: bytes,
          ttl: seconds * 1000,
          sizeCalculation: ({ events, record }, key) =>
            2 * (key.length + JSON.stringify(events).length + JSON.stringify(record).length),
        });

  function drop(isStale: (answer: KeptAnswer) => boolean): number {
    const keys = [...(cache?.entries() ?? [])].flatMap(([key, answer]) => (isStale(answer) ? [key] : []));
    for (const key of keys) cache?.delete(key);
    return keys.length;
  }

  return {
    get: (key) => cache?.get(key),
    set: (key, answer) => void cache?.set(key, answer),
    forget: (tenant) => drop((answer) => answer.tenant === tenant),
    async dropStale(generation) {
      for (const tenant of new Set([...(cache?.values() ?? [])].map((answer) => answer.tenant))) {
        const current = await generation(tenant);
        drop((answer) => answer.tenant === tenant && answer.generation !== current);
      }
    },
  };
}
