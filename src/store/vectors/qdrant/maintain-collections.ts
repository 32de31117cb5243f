import type { IndexStates } from '../../index-states.ts';
import type { IndexSource } from '../../vector-index.ts';
import type { Collections } from './collections.ts';
import { countPoints, deletePoints } from './fill-collection.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { tenantFilter } from './to-filter.ts';

interface MaintenanceDeps {
  readonly calls: QdrantCalls;
  readonly collections: Collections;
  readonly states: IndexStates;
  readonly rows: Pick<IndexSource, 'passages'>;
  readonly now?: () => number;
}

const keptMilliseconds = 86_400_000;

/**
 * Deletes points of tenants that are gone, drops a collection a day after another one took its place, and finds tenants of which the
 * collection lost points: these are filled anew by their next search. Resolves to the number of those.
 */
export async function maintainCollections(deps: MaintenanceDeps): Promise<number> {
  const { calls, collections, states, rows, now = Date.now } = deps;
  const live = await collections.live();
  for (const { name, retiredAt } of await states.collections()) {
    for (const tenant of await states.orphans(name)) {
      if (await collections.exists(name)) await deletePoints(calls, { name }, tenantFilter(tenant));
      await states.forget(name, tenant);
    }
    const isOver = retiredAt !== null && now() - Date.parse(retiredAt) > keptMilliseconds;
    if (isOver && name !== live.name) await collections.drop(name);
  }
  let lost = 0;
  for (const { tenant, generation, rowsGeneration } of await states.lag(live.name)) {
    if (generation === 0 || generation !== rowsGeneration) continue;
    const held = await countPoints(calls, { collection: live, tenant });
    if (held === (await rows.passages(tenant))) continue;
    await states.reset(live.name, tenant);
    lost += 1;
  }
  return lost;
}
