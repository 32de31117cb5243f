import { setTimeout as pause } from 'node:timers/promises';
import type { TenantId } from '../../../domain/ids.ts';
import type { Collection, Collections } from './collections.ts';
import { type FillDeps, fillCollection } from './fill-collection.ts';

/** Keeps the live collection in step with the rows, tenant by tenant. */
export interface CatchUp {
  /** What the rows were at when they were asked last; asked now where nothing is known. */
  generation(tenant: TenantId): Promise<number>;
  /** Starts to fill what is behind and waits for it a moment, so that the next question finds a fresh upload. Never throws. */
  briefly(collection: Collection, tenant: TenantId, signal: AbortSignal): Promise<void>;
  /** Resolves when the collection holds what the rows held at the call. Throws INDEX_UNAVAILABLE. */
  fully(tenant: TenantId): Promise<void>;
  /** What is held is asked of the database again. */
  forget(): void;
}

interface Filling {
  readonly work: Promise<void>;
  readonly since: number;
}

const waitMilliseconds = 1_500;
/** Another process may note that points were lost, or build the collection anew. */
const freshMilliseconds = 2_000;
const never = new AbortController().signal;

export function createCatchUp(
  deps: FillDeps & { readonly collections: Collections; readonly now?: () => number },
): CatchUp {
  const { rows, states, collections, now = Date.now } = deps;
  const held = new Map<string, { readonly generation: number; readonly at: number }>();
  const filling = new Map<string, Filling>();
  const known = new Map<TenantId, number>();
  const keyOf = (collection: Collection, tenant: TenantId) => `${collection.name}/${tenant}`;

  async function askGeneration(tenant: TenantId): Promise<number> {
    const generation = await rows.generation(tenant);
    known.set(tenant, generation);
    return generation;
  }

  async function isCurrent(collection: Collection, tenant: TenantId): Promise<boolean> {
    const key = keyOf(collection, tenant);
    const wanted = await askGeneration(tenant);
    const last = held.get(key);
    if (last?.generation === wanted && now() - last.at < freshMilliseconds) return true;
    const stored = await states.generation(collection.name, tenant);
    held.set(key, { generation: stored, at: now() });
    return stored === wanted;
  }

  function fill(collection: Collection, tenant: TenantId): Filling {
    const key = keyOf(collection, tenant);
    const running = filling.get(key);
    if (running) return running;
    const work = fillCollection(deps, { collection, tenant }, never).finally(() => filling.delete(key));
    work.catch(() => {});
    const started = { work, since: now() };
    filling.set(key, started);
    return started;
  }

  return {
    generation: async (tenant) => known.get(tenant) ?? (await askGeneration(tenant)),
    async briefly(collection, tenant, signal) {
      if (await isCurrent(collection, tenant)) return;
      const { work, since } = fill(collection, tenant);
      const left = since + waitMilliseconds - now();
      // A long fill, as of a new collection, is waited for once and not by every search.
      if (left <= 0) return;
      const late = new AbortController();
      const patience = AbortSignal.any([signal, late.signal]);
      const timer = pause(left, undefined, { signal: patience }).catch(() => {});
      await Promise.race([work.catch(() => {}), timer]);
      late.abort();
    },
    async fully(tenant) {
      const collection = await collections.live();
      const wanted = await askGeneration(tenant);
      while (!(await isCurrent(collection, tenant))) {
        // One that was under way may have begun before the call.
        await fill(collection, tenant).work;
        if ((await states.generation(collection.name, tenant)) >= wanted) return;
      }
    },
    forget: () => held.clear(),
  };
}
